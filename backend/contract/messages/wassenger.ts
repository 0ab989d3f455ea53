/** Sentences for the error codes of Wassenger (and of the simulator, which speaks its language): what happened, then what to do. */
export const wassengerSentences = {
  fr: {
    'provider.wassenger.number:notfound':
      'Ce numéro n’a pas de compte WhatsApp. Corrigez-le dans la fiche du contact ou retirez le contact.',
    'provider.wassenger.phone:invalid':
      'Le fournisseur refuse ce numéro. Vérifiez l’indicatif du pays et le nombre de chiffres dans la fiche du contact.',
    'provider.wassenger.contact:blocked':
      'Le contact a bloqué ce numéro, ou ce numéro l’a bloqué. Ne lui écrivez plus, ou débloquez-le dans WhatsApp.',
    'provider.wassenger.contact:excluded':
      'Le contact figure sur la liste d’exclusion chez Wassenger. Retirez-l’en là-bas s’il accepte vos messages.',
    'provider.wassenger.message:forbidden':
      'WhatsApp interdit ce message à ce contact. Si d’autres contacts suivent, le compte est restreint : arrêtez d’envoyer et ouvrez WhatsApp.',
    'provider.wassenger.message:forbidden_first_message':
      'WhatsApp ne laisse plus ce compte ouvrir de nouvelles conversations. Suspendez les premiers messages ; les réponses restent possibles.',
    'provider.wassenger.chat:cannot_send':
      'Cette conversation n’accepte pas de message. Vérifiez le contact dans WhatsApp ; si d’autres suivent, la ligne est restreinte.',
    'provider.wassenger.max_retries':
      'Wassenger a essayé plusieurs fois sans succès. Vérifiez que le téléphone de la ligne est connecté, puis relancez.',
    'provider.wassenger.waba:error':
      'L’API officielle de WhatsApp a refusé le message. Lisez le détail de la tentative, corrigez, puis relancez.',
    'provider.wassenger.media:*':
      'Le fichier joint ne convient pas. Vérifiez son format, sa taille et que son adresse s’ouvre dans un navigateur.',
    'provider.wassenger.file:*': 'Le fichier joint est refusé. Joignez-le de nouveau, puis relancez.',
    'provider.wassenger.file:not_found':
      'Le fichier joint est introuvable chez Wassenger. Joignez-le de nouveau, puis relancez.',
    'provider.wassenger.session:*':
      'La session WhatsApp de la ligne n’est pas en ligne. Reconnectez le téléphone chez Wassenger, puis reprenez la ligne.',
    'provider.wassenger.device:*':
      'L’appareil ne peut pas envoyer en ce moment. Vérifiez son état chez Wassenger, puis reprenez la ligne.',
    'provider.wassenger.account:*':
      'Le compte est restreint ou bloqué. Ouvrez WhatsApp et Wassenger pour en connaître la raison avant de reprendre la ligne.',
    'provider.wassenger.expired':
      'Le message est resté trop longtemps dans la file de Wassenger et n’est pas parti. Vérifiez la ligne, puis relancez.',
    'provider.wassenger.removed':
      'Le message a été retiré de la file de Wassenger avant son départ. Relancez-le s’il doit partir.',
    'provider.wassenger.cancelled': 'Le message a été annulé chez Wassenger. Relancez-le s’il doit partir.',
    'provider.wassenger.invalid': 'Wassenger juge ce message invalide. Corrigez son texte ou son fichier joint.',
    'provider.wassenger.delivery_failed':
      'WhatsApp n’a pas pu remettre le message et n’a pas dit pourquoi. Vérifiez le numéro, puis relancez.',
    'provider.wassenger.http_400':
      'Wassenger refuse le contenu du message. Lisez le détail de la tentative et corrigez le message.',
    'provider.wassenger.http_401':
      'La clé d’API de Wassenger est fausse ou expirée. Remplacez-la dans les paramètres, puis reprenez la ligne.',
    'provider.wassenger.http_402':
      'L’abonnement Wassenger est à régler ou épuisé. Réglez-le chez Wassenger, puis reprenez la ligne.',
    'provider.wassenger.http_403':
      'La clé d’API n’a pas le droit d’utiliser cet appareil. Vérifiez ses droits chez Wassenger, puis reprenez la ligne.',
    'provider.wassenger.http_404':
      'Wassenger ne connaît pas cet appareil ou cette adresse. Vérifiez l’identifiant de l’appareil et l’adresse de l’API dans les paramètres.',
    'provider.wassenger.http_409':
      'L’appareil est occupé ou dans un état qui ne permet pas l’envoi. Un nouvel essai est prévu.',
    'provider.wassenger.http_413':
      'Le message ou son fichier est trop volumineux. Raccourcissez le texte ou réduisez le fichier.',
    'provider.wassenger.http_415':
      'Ce type de fichier n’est pas accepté. Utilisez une image, une vidéo, un son ou un PDF courant.',
    'provider.wassenger.http_429':
      'Wassenger demande de ralentir. Un nouvel essai est prévu ; baissez le rythme de la ligne si cela se répète.',
    'provider.wassenger.http_4xx':
      'Wassenger a refusé la demande. Un nouvel essai est prévu ; lisez le détail de la tentative si cela se répète.',
  },
  en: {
    'provider.wassenger.number:notfound':
      'This number has no WhatsApp account. Correct it in the contact or remove the contact.',
    'provider.wassenger.phone:invalid':
      'The provider refuses this number. Check the country code and the number of digits in the contact.',
    'provider.wassenger.contact:blocked':
      'The contact blocked this number, or this number blocked the contact. Stop writing, or unblock it in WhatsApp.',
    'provider.wassenger.contact:excluded':
      'The contact is on the exclusion list at Wassenger. Remove it there if it accepts your messages.',
    'provider.wassenger.message:forbidden':
      'WhatsApp forbids this message to this contact. If other contacts follow, the account is restricted: stop sending and open WhatsApp.',
    'provider.wassenger.message:forbidden_first_message':
      'WhatsApp no longer lets this account start new conversations. Pause first messages; answers are still possible.',
    'provider.wassenger.chat:cannot_send':
      'This conversation takes no message. Check the contact in WhatsApp; if others follow, the line is restricted.',
    'provider.wassenger.max_retries':
      'Wassenger tried several times without success. Check that the line’s phone is connected, then retry.',
    'provider.wassenger.waba:error':
      'WhatsApp’s official API refused the message. Read the details of the attempt, correct it, then retry.',
    'provider.wassenger.media:*':
      'The attached file is not suitable. Check its format, its size, and that its address opens in a browser.',
    'provider.wassenger.file:*': 'The attached file is refused. Attach it again, then retry.',
    'provider.wassenger.file:not_found': 'Wassenger cannot find the attached file. Attach it again, then retry.',
    'provider.wassenger.session:*':
      'The line’s WhatsApp session is not online. Reconnect the phone at Wassenger, then resume the line.',
    'provider.wassenger.device:*': 'The device cannot send now. Check its state at Wassenger, then resume the line.',
    'provider.wassenger.account:*':
      'The account is restricted or blocked. Open WhatsApp and Wassenger to learn why before you resume the line.',
    'provider.wassenger.expired':
      'The message stayed too long in Wassenger’s queue and did not leave. Check the line, then retry.',
    'provider.wassenger.removed':
      'The message was removed from Wassenger’s queue before it left. Retry it if it must leave.',
    'provider.wassenger.cancelled': 'The message was cancelled at Wassenger. Retry it if it must leave.',
    'provider.wassenger.invalid': 'Wassenger finds this message invalid. Correct its text or its attached file.',
    'provider.wassenger.delivery_failed':
      'WhatsApp could not deliver the message and did not say why. Check the number, then retry.',
    'provider.wassenger.http_400':
      'Wassenger refuses the content of the message. Read the details of the attempt and correct the message.',
    'provider.wassenger.http_401':
      'Wassenger’s API key is wrong or expired. Replace it in the settings, then resume the line.',
    'provider.wassenger.http_402':
      'The Wassenger subscription is unpaid or used up. Settle it at Wassenger, then resume the line.',
    'provider.wassenger.http_403':
      'The API key may not use this device. Check its rights at Wassenger, then resume the line.',
    'provider.wassenger.http_404':
      'Wassenger does not know this device or address. Check the device id and the API address in the settings.',
    'provider.wassenger.http_409':
      'The device is busy, or in a state that does not allow sending. A new try is planned.',
    'provider.wassenger.http_413': 'The message or its file is too large. Shorten the text or reduce the file.',
    'provider.wassenger.http_415': 'This type of file is not accepted. Use a common image, video, audio file or PDF.',
    'provider.wassenger.http_429':
      'Wassenger asks to slow down. A new try is planned; lower the line’s pace if it happens again.',
    'provider.wassenger.http_4xx':
      'Wassenger refused the request. A new try is planned; read the details of the attempt if it happens again.',
  },
} as const;
