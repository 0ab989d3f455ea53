/** Sentences about the relay of webhooks (WHK-7). */
export const relaySentences = {
  fr: {
    'relay.off':
      'Aucun relais n’est configuré. Les événements arrivent directement sur le port des webhooks, et se perdent si le fournisseur ne les renvoie pas pendant que cet ordinateur est éteint.',
    'relay.connecting': 'Connexion au relais.',
    'relay.live': 'Le relais répond. Les événements arrivent ici en quelques secondes.',
    'relay.catching_up': 'Rattrapage en cours : {waiting} événements attendent encore au relais.',
    'relay.not_installed':
      'Le relais n’est pas installé dans ce projet Supabase. Suivez le guide docs/receiving.md, ou ignorez ce message si vous ne l’utilisez pas.',
    'relay.unauthorized': 'Le relais refuse la clé. Vérifiez SUPABASE_SERVICE_ROLE_KEY ou VIGIE_RELAY_KEY.',
    'relay.unreachable':
      'Le relais est injoignable. Vérifiez la connexion à internet. Les envois continuent ; les événements y attendent.',
    'relay.nonsense': 'Le relais donne une réponse illisible. Vérifiez l’adresse et que la migration est à jour.',
    'relay.storage':
      'Les événements reçus ne peuvent pas être écrits sur ce disque. Ils attendent au relais ; libérez de la place.',
  },
  en: {
    'relay.off':
      'No relay is configured. Events arrive directly at the webhook port, and are lost unless the provider sends them again while this computer is off.',
    'relay.connecting': 'Connecting to the relay.',
    'relay.live': 'The relay answers. Events arrive here within seconds.',
    'relay.catching_up': 'Catching up: {waiting} events still wait at the relay.',
    'relay.not_installed':
      'The relay is not installed in this Supabase project. Follow docs/receiving.md, or ignore this if you do not use it.',
    'relay.unauthorized': 'The relay refuses the key. Check SUPABASE_SERVICE_ROLE_KEY or VIGIE_RELAY_KEY.',
    'relay.unreachable':
      'The relay cannot be reached. Check the internet connection. Sending goes on; the events wait there.',
    'relay.nonsense': 'The relay gives an unreadable answer. Check the address and that its migration is up to date.',
    'relay.storage': 'Received events cannot be written to this disk. They wait at the relay; make room.',
  },
};
