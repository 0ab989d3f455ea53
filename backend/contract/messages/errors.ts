/** Sentences for the codes of `contract/errors.ts`: what happened, then what to do. Curly braces name values of the error. */
export const errorSentences = {
  fr: {
    'error.bad_request': 'La demande est incomplète ou mal formée : {detail}. Corrigez-la, puis recommencez.',
    'error.invalid_phone':
      'Le numéro « {value} » n’est pas un numéro de téléphone valide. Indiquez-le avec l’indicatif du pays, par exemple +33 6 12 34 56 78.',
    'error.unknown_variable':
      'Variable inconnue dans le message : {names}. Corrigez son nom ou ajoutez un texte de remplacement, par exemple {{prenom|Bonjour}}.',
    'error.csv_unreadable':
      'Le fichier n’a pas pu être lu : {detail}. Enregistrez-le au format CSV (UTF-8), puis recommencez.',
    'error.unauthorized': 'Accès refusé. Connectez-vous ou présentez un jeton valide.',
    'error.forbidden': 'Cette demande vient d’une adresse qui n’est pas autorisée.',
    'error.not_found': 'Cet élément n’existe pas ou n’existe plus.',
    'error.conflict': 'Cet élément existe déjà : {detail}.',
    'error.idempotency_conflict':
      'Cette clé d’idempotence a déjà servi pour un autre message. Utilisez une nouvelle clé pour un nouveau message.',
    'error.payload_too_large': 'Le contenu envoyé est trop volumineux.',
    'error.unsupported_media_type': 'Ce type de contenu n’est pas accepté.',
    'error.daily_limit_reached':
      'Limite quotidienne atteinte ({sent} sur {limit}). Les envois reprennent à 00:00 UTC ({resumeLocal} chez vous).',
    'error.rolling_limit_reached':
      'Plafond sur 24 h atteint ({sent} sur {limit}). Les envois reprennent à {resumeUtc} UTC ({resumeLocal} chez vous).',
    'error.shared_limit_reached':
      'La limite commune est utilisée ou réservée par les autres machines ({sent} messages envoyés sur {limit}). Les ' +
      'envois reprennent dès qu’une place se libère.',
    'error.shared_counters_unavailable':
      'Vigie ne peut pas vérifier ce que les autres machines ont envoyé : rien ne part pour ne pas dépasser la ' +
      'limite. Les envois reprennent d’eux-mêmes dès que les compteurs partagés répondent.',
    'error.wrong_import_state': 'Cet import n’est pas dans un état qui le permet ({state}).',
    'error.import_running': 'L’import de « {file} » est en cours. Attendez sa fin ou arrêtez-le, puis recommencez.',
    'error.opted_out': 'Ce contact a demandé à ne plus rien recevoir. Aucun message ne lui sera envoyé.',
    'error.not_retryable': 'Cette tentative ne peut pas être relancée dans son état actuel ({state}).',
    'error.not_cancellable': 'Cette tentative ne peut plus être annulée ({state}).',
    'error.not_resolvable': 'Seule une tentative à l’issue inconnue peut être résolue (état actuel : {state}).',
    'error.not_on_this_line': 'Cette fonction n’est pas disponible sur cette ligne ({feature}).',
    'error.clock_unconfirmed':
      'L’heure n’est pas confirmée : le fournisseur ne répond pas, ou n’a pas la même heure. Réglez l’horloge de cet ordinateur, puis réessayez.',
    'error.not_assignable': 'Seule une réponse qui n’a trouvé aucun contact peut être attribuée à quelqu’un.',
    'error.no_line': 'Aucune ligne n’envoie. Ajoutez-en une, ou réactivez-en une, dans Paramètres › Lignes.',
    'error.line_fixed':
      'Cette ligne vient des variables d’environnement : elle se modifie là, pas dans Vigie ({line}).',
    'error.line_disabled': 'La ligne {line} est désactivée. Réactivez-la ou choisissez-en une autre.',
    'error.line_in_use':
      'La ligne {line} n’est pas retirée : {messages} messages et {campaigns} campagnes l’attendent. Choisissez de les déplacer ou de les annuler.',
    'error.line_keys_missing': 'Les clés de la ligne {line} manquent ({fields}). Saisissez-les à nouveau.',
    'error.wrong_campaign_status': 'Cette action n’est pas possible : la campagne est dans l’état « {status} ».',
    'error.no_recipients':
      'Aucun contact à qui écrire. Choisissez une catégorie qui contient des contacts ou ajoutez des contacts.',
    'error.too_many_requests': 'Trop de demandes. Réessayez dans {seconds} secondes.',
    'error.internal_error':
      'Une erreur interne est survenue. Rien n’a été perdu ; consultez le journal, puis recommencez.',
    'error.backup_failed':
      'La sauvegarde n’a pas pu être faite ({reason}). Les sauvegardes précédentes sont intactes. Vérifiez la place sur le disque, puis recommencez.',
    'error.backup_busy': 'Une sauvegarde ou une restauration est en cours. Attendez qu’elle se termine.',
    'error.backup_damaged':
      'La sauvegarde {name} est endommagée ({detail}). Rien n’a été changé. Choisissez une autre sauvegarde.',
    'error.backup_newer':
      'Cette sauvegarde vient d’une version plus récente de Vigie ({version}). Rien n’a été changé. Installez cette version, puis recommencez.',
    'error.backup_of_other_workspace':
      'La démonstration et l’espace réel ne se remplacent pas l’un l’autre. Rien n’a été changé. Fermez Vigie, puis restaurez avec la commande vigie restore.',
    'error.backup_key_missing':
      'Cette sauvegarde est chiffrée avec la clé {keyId}, qui n’est pas sur cette machine. Rien n’a été changé. ' +
      'Donnez cette clé (VIGIE_DATA_KEY) ou la phrase secrète (VIGIE_PASSPHRASE) de la machine d’origine, puis ' +
      'recommencez.',
    'error.copy_key_missing':
      'Des textes de cette copie sont chiffrés avec la clé {keyId}, qui n’est pas sur cette machine. Rien n’a été ' +
      'changé. Donnez la clé de la machine perdue dans VIGIE_DATA_KEY (« vigie key export » ou « Afficher la clé » ' +
      'l’affichaient là-bas), puis recommencez. Si elle est perdue, ajoutez --without-key : les messages chiffrés ' +
      'qui attendent échoueront.',
    'error.body_unreadable': 'Le texte de ce message ne peut pas être déchiffré (clé {keyId}). Il n’est pas envoyé.',
    'error.frozen': 'Vigie est à l’arrêt par sécurité ({reason}). Rien n’est envoyé. Consultez la page Santé.',
  },
  en: {
    'error.bad_request': 'The request is incomplete or malformed: {detail}. Correct it, then try again.',
    'error.invalid_phone':
      '“{value}” is not a valid phone number. Give it with its country code, for example +33 6 12 34 56 78.',
    'error.unknown_variable':
      'Unknown variable in the message: {names}. Correct its name or add a fallback, for example {{prenom|Hello}}.',
    'error.csv_unreadable': 'The file could not be read: {detail}. Save it as CSV (UTF-8), then try again.',
    'error.unauthorized': 'Access denied. Sign in or present a valid token.',
    'error.forbidden': 'This request comes from an address that is not allowed.',
    'error.not_found': 'This item does not exist or no longer exists.',
    'error.conflict': 'This item already exists: {detail}.',
    'error.idempotency_conflict':
      'This idempotency key was already used for another message. Use a new key for a new message.',
    'error.payload_too_large': 'The content sent is too large.',
    'error.unsupported_media_type': 'This type of content is not accepted.',
    'error.daily_limit_reached':
      'Daily limit reached ({sent} of {limit}). Sending resumes at 00:00 UTC ({resumeLocal} your time).',
    'error.rolling_limit_reached':
      '24 h cap reached ({sent} of {limit}). Sending resumes at {resumeUtc} UTC ({resumeLocal} your time).',
    'error.shared_limit_reached':
      'The common limit is used or reserved by the other machines ({sent} messages sent of {limit}). Sending resumes as soon as a place is free.',
    'error.shared_counters_unavailable':
      'Vigie cannot check what the other machines have sent: nothing leaves, so that the limit is not passed. ' +
      'Sending resumes by itself as soon as the shared counters answer.',
    'error.wrong_import_state': 'This import is not in a state that allows it ({state}).',
    'error.import_running': 'The import of “{file}” is running. Wait for its end or stop it, then try again.',
    'error.opted_out': 'This contact asked to receive nothing more. No message will be sent to it.',
    'error.not_retryable': 'This attempt cannot be retried in its present state ({state}).',
    'error.not_cancellable': 'This attempt can no longer be cancelled ({state}).',
    'error.not_resolvable': 'Only an attempt with an unknown outcome can be resolved (present state: {state}).',
    'error.not_on_this_line': 'This is not available on this line ({feature}).',
    'error.clock_unconfirmed':
      'The time is not confirmed: the provider does not answer, or has another time. Set the clock of this computer right, then try again.',
    'error.not_assignable': 'Only an answer that found no contact can be given to somebody.',
    'error.no_line': 'No line sends. Add one, or enable one, in Settings › Lines.',
    'error.line_fixed': 'This line comes from environment variables: it is changed there, not in Vigie ({line}).',
    'error.line_disabled': 'The line {line} is disabled. Enable it or choose another one.',
    'error.line_in_use':
      'The line {line} is not removed: {messages} messages and {campaigns} campaigns wait on it. Choose to move or to cancel them.',
    'error.line_keys_missing': 'The keys of the line {line} are missing ({fields}). Enter them again.',
    'error.wrong_campaign_status': 'This is not possible: the campaign is “{status}”.',
    'error.no_recipients': 'No contact to write to. Choose a category that holds contacts, or add contacts.',
    'error.too_many_requests': 'Too many requests. Try again in {seconds} seconds.',
    'error.internal_error': 'An internal error occurred. Nothing was lost; look at the log, then try again.',
    'error.backup_failed':
      'The backup could not be made ({reason}). Earlier backups are untouched. Check the room on the disk, then try again.',
    'error.backup_busy': 'A backup or a restore is under way. Wait until it is done.',
    'error.backup_damaged': 'The backup {name} is damaged ({detail}). Nothing was changed. Choose another backup.',
    'error.backup_newer':
      'This backup comes from a newer version of Vigie ({version}). Nothing was changed. Install that version, then try again.',
    'error.backup_of_other_workspace':
      'The demo and the real workspace do not take each other’s place. Nothing was changed. Close Vigie, then restore with the command vigie restore.',
    'error.backup_key_missing':
      'This backup is encrypted with the key {keyId}, which is not on this machine. Nothing was changed. Give that ' +
      'key (VIGIE_DATA_KEY) or the passphrase (VIGIE_PASSPHRASE) of the machine it comes from, then try again.',
    'error.copy_key_missing':
      'Texts in this copy are encrypted with the key {keyId}, which is not on this machine. Nothing was changed. ' +
      'Give the key of the lost machine in VIGIE_DATA_KEY (“vigie key export” or “Show the key” printed it there), ' +
      'then try again. If it is lost, add --without-key: the encrypted messages that wait will fail.',
    'error.body_unreadable': 'The text of this message cannot be decrypted (key {keyId}). It is not sent.',
    'error.frozen': 'Vigie has stopped for safety ({reason}). Nothing is sent. See the Health page.',
  },
} as const;
