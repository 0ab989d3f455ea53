/** Sentences about messages: error codes that all providers share, end reasons of recipients, notices. */
export const sendingSentences = {
  fr: {
    'send.provider_unreachable':
      'Le fournisseur est injoignable. Vérifiez la connexion à internet ; un nouvel essai est prévu.',
    'send.outcome_unknown':
      'Le fournisseur n’a pas confirmé l’envoi. Le message n’est pas renvoyé ; Vigie vérifie s’il est parti.',
    'send.reported_failed': 'Le fournisseur avait accepté le message, puis a signalé qu’il n’a pas pu être remis.',
    'send.proved_absent': 'Le fournisseur ne connaît pas ce message. Décidez s’il faut le renvoyer.',
    'send.resolved_not_sent': 'Vous avez indiqué que ce message n’est pas parti.',
    'send.window_closed': 'La fenêtre de réponse de 24 h s’est fermée avant l’envoi de la relance.',
    'send.opted_out': 'Le contact a demandé à ne plus rien recevoir.',
    'send.cancelled': 'Annulé par l’opérateur.',
    'send.campaign_cancelled': 'La campagne a été annulée.',
    'send.campaign_completed': 'La campagne était déjà terminée.',
    'send.contact_removed': 'Le contact a été supprimé.',
    'send.line_missing': 'La ligne de cette tentative n’est plus configurée. Reconnectez-la ou annulez la tentative.',
    'send.follow_up_locked': 'Une autre machine s’occupe de cette relance ; Vigie regarde de nouveau un peu plus tard.',
    'send.taken_back':
      'Le message attendait sur une autre machine et a été repris avant de partir ; Vigie l’envoie plus tard, s’il doit encore partir.',
    'send.follow_up_elsewhere': 'Une autre machine a envoyé cette relance. Elle n’est pas envoyée deux fois.',
    'send.account_restricted':
      'WhatsApp restreint ce compte : les premiers messages sont en pause, les relances partent. Voyez le compte chez le ' +
      'fournisseur, puis reprenez les envois.',
    'send.body_unreadable':
      'Le texte de ce message ne peut pas être déchiffré : il a été modifié, ou sa clé manque. Rien n’est parti. ' +
      'Rétablissez la clé ou une sauvegarde, puis relancez la tentative.',
    'send.unknown_code':
      'Le fournisseur a répondu par une erreur inconnue ({code}). Consultez le détail de la tentative.',
    'notice.level.attention': 'Plus de 75 % de la limite quotidienne est utilisée',
    'notice.level.danger': 'Plus de 90 % de la limite quotidienne est utilisée',
    'notice.level.limit': 'Limite quotidienne atteinte',
    'notice.level.body': '{sent} messages sur {limit} aujourd’hui. Capacité restante : {capacity} contacts.',
    'notice.unknown_outcome': 'Issue inconnue pour un message',
    'notice.unknown_outcome.body': 'Un message attend votre décision dans « À résoudre ».',
    'notice.campaign_completed': 'Campagne terminée : {name}',
    'notice.campaign_completed.body': '{sent} premiers messages, {interactions} réponses, {message2} relances.',
    'notice.backup_failed': 'La sauvegarde du jour n’a pas pu être faite',
    'notice.clock_ahead': 'L’horloge de cet ordinateur avance de {minutes} min',
    'notice.clock_behind': 'L’horloge de cet ordinateur retarde de {minutes} min',
    'notice.clock.body': 'Réglez-la : les jours, les fenêtres de réponse et les heures calmes en dépendent.',
    'notice.shared_lost': 'Les compteurs partagés ne répondent plus',
    'notice.shared_lost.body':
      'Vigie peut encore envoyer {left} messages aujourd’hui sans risquer de dépasser la limite.',
    'notice.shared_back': 'Les compteurs partagés répondent de nouveau',
    'notice.shared_back.body': 'Les envois continuent normalement.',
    'notice.line_paused': 'Ligne mise en pause : {line}',
    'notice.line_paused.body': '{reason}',
  },
  en: {
    'send.provider_unreachable': 'The provider cannot be reached. Check the internet connection; a new try is planned.',
    'send.outcome_unknown':
      'The provider did not confirm the message. It is not sent again; Vigie is finding out whether it left.',
    'send.reported_failed': 'The provider had taken the message, then reported that it could not be delivered.',
    'send.proved_absent': 'The provider does not know this message. Decide whether to send it again.',
    'send.resolved_not_sent': 'You stated that this message did not leave.',
    'send.window_closed': 'The 24 h reply window closed before the follow-up was sent.',
    'send.opted_out': 'The contact asked to receive nothing more.',
    'send.cancelled': 'Cancelled by the operator.',
    'send.campaign_cancelled': 'The campaign was cancelled.',
    'send.campaign_completed': 'The campaign was over already.',
    'send.contact_removed': 'The contact was deleted.',
    'send.line_missing': 'The line of this attempt is no longer configured. Reconnect it or cancel the attempt.',
    'send.follow_up_locked': 'Another machine takes care of this follow-up; Vigie looks again a little later.',
    'send.taken_back':
      'The message waited on another machine and was taken back before it left; Vigie sends it later, if it is still to leave.',
    'send.follow_up_elsewhere': 'Another machine sent this follow-up. It is not sent twice.',
    'send.account_restricted':
      'WhatsApp restricts this account: first messages are paused, follow-ups leave. Look at the account at your ' +
      'provider, then resume sending.',
    'send.body_unreadable':
      'The text of this message cannot be decrypted: it was changed, or its key is missing. Nothing left. Put the ' +
      'key or a backup back, then retry the attempt.',
    'send.unknown_code': 'The provider answered with an unknown error ({code}). See the details of the attempt.',
    'notice.level.attention': 'More than 75 % of the daily limit is used',
    'notice.level.danger': 'More than 90 % of the daily limit is used',
    'notice.level.limit': 'Daily limit reached',
    'notice.level.body': '{sent} messages of {limit} today. Remaining capacity: {capacity} contacts.',
    'notice.unknown_outcome': 'Unknown outcome for a message',
    'notice.unknown_outcome.body': 'A message waits for your decision in “To resolve”.',
    'notice.campaign_completed': 'Campaign completed: {name}',
    'notice.campaign_completed.body': '{sent} first messages, {interactions} answers, {message2} follow-ups.',
    'notice.backup_failed': 'Today’s backup could not be made',
    'notice.clock_ahead': 'The clock of this computer is {minutes} min ahead',
    'notice.clock_behind': 'The clock of this computer is {minutes} min behind',
    'notice.clock.body': 'Set it right: days, reply windows and quiet hours depend on it.',
    'notice.shared_lost': 'The shared counters do not answer any more',
    'notice.shared_lost.body': 'Vigie can still send {left} messages today without the risk of passing the limit.',
    'notice.shared_back': 'The shared counters answer again',
    'notice.shared_back.body': 'Sending goes on as usual.',
    'notice.line_paused': 'Line paused: {line}',
    'notice.line_paused.body': '{reason}',
  },
} as const;
