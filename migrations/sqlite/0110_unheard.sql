-- Messages that were accepted and of which nothing more was heard: the provider is asked about them, newest first (WHK-7).
CREATE INDEX attempts_unheard ON attempts (sent_at) WHERE state = 'sent';
