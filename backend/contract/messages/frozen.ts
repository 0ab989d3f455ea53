/** Why the application refuses to send, keyed `frozen.<reason>`: what happened, then the way out (REL-2, REL-6). */
export const frozenSentences = {
  fr: {
    'frozen.in_use':
      'Vigie est déjà ouvert avec ce dossier ({dataDir}). Fermez l’autre fenêtre, ou choisissez un autre dossier.',
    'frozen.file_missing':
      'Le fichier {file} a disparu du dossier de données. Rien n’est envoyé. Remettez-le en place depuis une sauvegarde.',
    'frozen.file_empty':
      'Le fichier {file} est vide. Rien n’est envoyé. Remettez en place une sauvegarde de ce fichier.',
    'frozen.file_damaged':
      'Le fichier {file} est endommagé ({detail}). Rien n’est envoyé. Remettez en place une sauvegarde de ce fichier.',
    'frozen.file_unusable':
      'Le fichier {file} ne peut pas être utilisé ({detail}). Rien n’est envoyé. Vérifiez les droits, la place sur le disque et les autres programmes ouverts.',
    'frozen.newer_file':
      'Ces données viennent d’une version plus récente de Vigie. Rien n’est envoyé. Installez la dernière version.',
    'frozen.durability':
      'SQLite ne garantit pas les écritures sur cette machine (version {version}). Rien n’est envoyé.',
    'frozen.backup_failed':
      'La sauvegarde qui précède une mise à jour n’a pas pu être faite ({detail}). Rien n’est envoyé et rien n’a été changé. Faites de la place sur le disque, puis redémarrez Vigie.',
    'frozen.secrets_damaged':
      'Le fichier {file} est endommagé. Remettez-le en place depuis une sauvegarde : l’adresse des webhooks en dépend.',
  },
  en: {
    'frozen.in_use':
      'Vigie is already open with this folder ({dataDir}). Close the other window, or choose another folder.',
    'frozen.file_missing': 'The file {file} is gone from the data folder. Nothing is sent. Put it back from a backup.',
    'frozen.file_empty': 'The file {file} is empty. Nothing is sent. Put a backup of this file in place.',
    'frozen.file_damaged':
      'The file {file} is damaged ({detail}). Nothing is sent. Put a backup of this file in place.',
    'frozen.file_unusable':
      'The file {file} cannot be used ({detail}). Nothing is sent. Check its rights, the room on the disk and other open programs.',
    'frozen.newer_file': 'These data come from a newer version of Vigie. Nothing is sent. Install the newest version.',
    'frozen.durability': 'SQLite does not guarantee writes on this machine (version {version}). Nothing is sent.',
    'frozen.backup_failed':
      'The backup that comes before an update could not be made ({detail}). Nothing is sent and nothing was changed. Make room on the disk, then restart Vigie.',
    'frozen.secrets_damaged':
      'The file {file} is damaged. Put it back from a backup: the address of the webhooks depends on it.',
  },
} as const;
