/** What the commands `sync ...` say. */
export const syncCommandTexts = {
  fr: {
    'command.sync status': 'Où en est la copie dans Supabase',
    'command.sync push': 'Copie maintenant dans Supabase tout ce qui attend',
    'command.sync retry': 'Essaie de nouveau un élément mis de côté',
    'command.sync pull': 'Reconstitue toute une machine depuis Supabase dans un dossier vide',
    'option.source': 'Machine à reprendre, quand le projet en contient plusieurs',
    'option.replace': 'Remplace les données du dossier ; les anciens fichiers sont gardés à côté',
    'option.without-key': 'Continue sans la clé des textes chiffrés ; ceux qui attendent échoueront',
    'sync.source': 'Nom de cette machine : {source}',
    'sync.last_push': 'Dernière copie : {at}',
    'sync.waiting_since': 'En attente depuis : {at}',
    'sync.set_aside': 'Éléments mis de côté : {count}. Pour en essayer une de nouveau : vigie sync retry ID',
    'sync.pushing': 'Copie dans Supabase…',
    'sync.pulling': 'Lecture de Supabase : {rows} éléments…',
    'sync.pulled': '{rows} éléments repris de Supabase, où la dernière copie date de {at}.',
    'sync.incomplete':
      'Cette copie n’était pas entière : il y manquait {missing} éléments, et {leftOut} n’ont pas pu être repris sans eux.',
    'sync.unreadable':
      'Sans la clé {keys}, des textes restent illisibles. Messages encore à envoyer qui échoueront à leur tour pour ' +
      'cette raison : {unreadable}. D’ici là, la clé donnée dans VIGIE_DATA_KEY les rend lisibles.',
    'sync.keep_data_key': 'Gardez VIGIE_DATA_KEY : chaque démarrage en a besoin pour lire les textes chiffrés.',
    'sync.lines_without_keys':
      'Lignes dont les clés sont à redonner, dans Paramètres › Lignes ou par les variables d’environnement : {lines}. Leurs messages attendent jusque-là.',
    'sync.pulled_next':
      'Les envois sont en pause 24 heures : ce qui est parti depuis la dernière copie n’y est pas. Levez la pause ' +
      'plus tôt si rien n’est parti. L’adresse des webhooks a changé : redonnez-la au fournisseur. L’ancienne ' +
      'machine ne copie et n’envoie plus rien.',
    'field.table': 'Table',
    'field.key': 'Clé',
    'field.reason': 'Raison',
    'failure.sync': '{reason}',
    'failure.sync_off': 'Supabase n’est pas configuré : indiquez SUPABASE_URL et SUPABASE_SERVICE_ROLE_KEY.',
    'failure.sync_nothing_there': 'Ce projet Supabase ne contient aucune machine de Vigie.',
    'failure.sync_which_source':
      'Ce projet contient plusieurs machines, ou pas celle-ci : {sources}. Nommez-en une avec --source.',
    'failure.folder_not_empty':
      'Le dossier {folder} contient déjà des données. Choisissez un dossier vide avec --data-dir, ou ajoutez ' +
      '--replace : les anciens fichiers sont gardés à côté.',
  },
  en: {
    'command.sync status': 'How the copy in Supabase stands',
    'command.sync push': 'Copy everything that waits to Supabase now',
    'command.sync retry': 'Try a row again that was set aside',
    'command.sync pull': 'Make a whole machine anew from Supabase in an empty folder',
    'option.source': 'Machine to continue, when the project holds several',
    'option.replace': 'Replace the data of the folder; the former files are kept beside',
    'option.without-key': 'Go on without the key of the encrypted texts; those that wait will fail',
    'sync.source': 'Name of this machine: {source}',
    'sync.last_push': 'Last copy: {at}',
    'sync.waiting_since': 'Waiting since: {at}',
    'sync.set_aside': 'Rows set aside: {count}. To try one again: vigie sync retry ID',
    'sync.pushing': 'Copying to Supabase…',
    'sync.pulling': 'Reading Supabase: {rows} rows…',
    'sync.pulled': '{rows} rows taken from Supabase, where the last copy is of {at}.',
    'sync.incomplete':
      'That copy was not whole: {missing} rows were missing, and {leftOut} could not be taken without them.',
    'sync.unreadable':
      'Without the key {keys} some texts stay unreadable. Messages still to leave that will fail for that reason ' +
      'when their turn comes: {unreadable}. Until then the key, given in VIGIE_DATA_KEY, makes them readable.',
    'sync.keep_data_key': 'Keep VIGIE_DATA_KEY set: every start needs it to read the encrypted texts.',
    'sync.lines_without_keys':
      'Lines whose keys have to be given again, in Settings › Lines or by the variables of the environment: {lines}. Their messages wait until then.',
    'sync.pulled_next':
      'Sending is paused for 24 hours: what left since the last copy is not in it. Lift the pause earlier if nothing ' +
      'left. The address of the webhooks has changed: give it to the provider again. The former machine copies and ' +
      'sends nothing any more.',
    'field.table': 'Table',
    'field.key': 'Key',
    'field.reason': 'Reason',
    'failure.sync': '{reason}',
    'failure.sync_off': 'Supabase is not configured: set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY.',
    'failure.sync_nothing_there': 'This Supabase project holds no machine of Vigie.',
    'failure.sync_which_source':
      'This project holds several machines, or not this one: {sources}. Name one with --source.',
    'failure.folder_not_empty':
      'The folder {folder} holds data already. Choose an empty one with --data-dir, or add --replace: the former files are kept beside.',
  },
} as const;
