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
      'Le fichier {file} ne peut pas être utilisé ({detail}). Rien n’est envoyé. Vérifiez les droits, la place sur le ' +
      'disque et les autres programmes ouverts.',
    'frozen.newer_file':
      'Ces données viennent d’une version plus récente de Vigie. Rien n’est envoyé. Installez la dernière version.',
    'frozen.durability':
      'SQLite ne garantit pas les écritures sur cette machine (version {version}). Rien n’est envoyé.',
    'frozen.backup_failed':
      'La sauvegarde qui précède une mise à jour n’a pas pu être faite ({detail}). Rien n’est envoyé et rien n’a ' +
      'été changé. Faites de la place sur le disque, puis redémarrez Vigie.',
    'frozen.secrets_damaged':
      'Le fichier {file} est endommagé. Remettez-le en place depuis une sauvegarde : l’adresse des webhooks en dépend.',
    'frozen.passphrase_missing':
      'Les secrets de ce dossier sont protégés par une phrase secrète. Rien n’est envoyé. Démarrez Vigie avec ' +
      'VIGIE_PASSPHRASE, ou depuis un terminal qui peut la demander.',
    'frozen.passphrase_wrong':
      'La phrase secrète n’est pas la bonne. Rien n’est envoyé et rien n’a été changé. Redémarrez Vigie avec la bonne phrase.',
    'frozen.secrets_locked':
      'Les secrets de ce dossier sont protégés d’une façon que ce programme ne peut pas ouvrir. Rien n’est envoyé ' +
      'et rien n’a été changé. Ouvrez l’application de bureau qui les a protégés, ou remettez en place une ' +
      'sauvegarde avec sa clé.',
    'frozen.os_store_failed':
      'Le trousseau du système refuse d’ouvrir les secrets de Vigie. Rien n’est envoyé et rien n’a été changé. ' +
      'Déverrouillez le trousseau de la session qui les a protégés, puis redémarrez Vigie.',
    'frozen.data_key_wrong':
      'Les secrets de ce dossier sont protégés par la clé {keyId}, et VIGIE_DATA_KEY ne la contient pas. Rien ' +
      'n’est envoyé et rien n’a été changé. Ajoutez cette clé à VIGIE_DATA_KEY, puis redémarrez Vigie.',
    'frozen.data_key_missing':
      'Des messages sont chiffrés avec la clé {keyId}, qui manque. Rien n’est envoyé et rien n’a été changé. ' +
      'Ajoutez cette clé à VIGIE_DATA_KEY ou remettez secrets.json en place, puis redémarrez Vigie.',
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
      'The backup that comes before an update could not be made ({detail}). Nothing is sent and nothing was ' +
      'changed. Make room on the disk, then restart Vigie.',
    'frozen.secrets_damaged':
      'The file {file} is damaged. Put it back from a backup: the address of the webhooks depends on it.',
    'frozen.passphrase_missing':
      'The secrets of this folder are protected by a passphrase. Nothing is sent. Start Vigie with VIGIE_PASSPHRASE, or from a terminal that can ask for it.',
    'frozen.passphrase_wrong':
      'This is not the right passphrase. Nothing is sent and nothing was changed. Restart Vigie with the right one.',
    'frozen.secrets_locked':
      'The secrets of this folder are protected in a way that this program cannot open. Nothing is sent and ' +
      'nothing was changed. Open the desktop app that protected them, or restore a backup together with its key.',
    'frozen.os_store_failed':
      'The key store of the system refuses to open Vigie’s secrets. Nothing is sent and nothing was changed. ' +
      'Unlock the key store of the session that protected them, then restart Vigie.',
    'frozen.data_key_wrong':
      'The secrets of this folder are protected by the key {keyId}, which is not in VIGIE_DATA_KEY. Nothing is ' +
      'sent and nothing was changed. Add that key to VIGIE_DATA_KEY, then restart Vigie.',
    'frozen.data_key_missing':
      'Messages are encrypted with the key {keyId}, which is missing. Nothing is sent and nothing was changed. ' +
      'Add that key to VIGIE_DATA_KEY or put secrets.json back, then restart Vigie.',
  },
} as const;
