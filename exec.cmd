@rem Windows knows no exec, with which the npm scripts let signals through elsewhere.
@%*
