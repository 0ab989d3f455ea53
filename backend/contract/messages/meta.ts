/** Sentences for the error codes of Meta's WhatsApp Cloud API: what happened, then what to do. */
export const metaSentences = {
  fr: {
    'provider.meta.0':
      'Meta ne reconnaît pas le jeton d’accès. Créez-en un nouveau dans Meta for Developers, puis reprenez la ligne.',
    'provider.meta.1': 'Meta a rencontré une erreur passagère. Un nouvel essai est prévu.',
    'provider.meta.2': 'Le service de Meta est momentanément indisponible. Un nouvel essai est prévu.',
    'provider.meta.3':
      'L’application n’a pas la capacité d’envoyer. Vérifiez ses droits dans Meta for Developers, puis reprenez la ligne.',
    'provider.meta.4':
      'Trop d’appels à l’API de Meta. Un nouvel essai est prévu ; baissez le rythme de la ligne si cela se répète.',
    'provider.meta.10':
      'L’autorisation d’envoyer manque ou a été retirée. Accordez-la dans Meta for Developers, puis reprenez la ligne.',
    'provider.meta.17': 'Trop d’appels pour cet utilisateur de l’API. Un nouvel essai est prévu.',
    'provider.meta.100': 'Meta refuse un paramètre du message. Lisez le détail de la tentative et corrigez le message.',
    'provider.meta.190': 'Le jeton d’accès de Meta a expiré. Remplacez-le dans les paramètres, puis reprenez la ligne.',
    'provider.meta.2xx':
      'Une autorisation manque à l’application. Accordez-la dans Meta for Developers, puis reprenez la ligne.',
    'provider.meta.368':
      'Meta a suspendu le compte pour non-respect de ses règles. Consultez WhatsApp Manager avant de reprendre la ligne.',
    'provider.meta.470':
      'Le contact n’a pas écrit depuis plus de 24 h : seul un modèle approuvé peut partir. Choisissez un modèle.',
    'provider.meta.80007': 'La limite d’appels du compte WhatsApp Business est atteinte. Un nouvel essai est prévu.',
    'provider.meta.130429':
      'Le débit autorisé par Meta est atteint. Un nouvel essai est prévu ; baissez le rythme de la ligne si cela se répète.',
    'provider.meta.130472': 'Meta a exclu ce contact des messages marketing pour une étude. Joignez-le autrement.',
    'provider.meta.130497':
      'Le compte n’a pas le droit d’écrire à ce pays. Vérifiez les pays autorisés dans WhatsApp Manager.',
    'provider.meta.131000': 'Meta n’a pas pu envoyer le message, sans en dire la raison. Un nouvel essai est prévu.',
    'provider.meta.131008': 'Il manque un paramètre au message. Complétez le message ou le modèle.',
    'provider.meta.131016': 'Le service de Meta est surchargé. Un nouvel essai est prévu.',
    'provider.meta.131021': 'Le destinataire est le numéro de la ligne elle-même. Retirez ce contact de la campagne.',
    'provider.meta.131026':
      'Le message ne peut pas être remis : le numéro n’a pas WhatsApp, ou le contact n’en accepte pas les conditions. Vérifiez le numéro.',
    'provider.meta.131031':
      'Le compte WhatsApp Business est verrouillé. Consultez WhatsApp Manager avant de reprendre la ligne.',
    'provider.meta.131042':
      'Le moyen de paiement du compte pose problème. Corrigez-le dans WhatsApp Manager, puis reprenez la ligne.',
    'provider.meta.131047':
      'Le contact n’a pas écrit depuis plus de 24 h : seul un modèle approuvé peut partir. Choisissez un modèle.',
    'provider.meta.131048':
      'Trop de messages de ce numéro ont été signalés ou bloqués. Arrêtez d’envoyer et consultez la qualité du numéro dans WhatsApp Manager.',
    'provider.meta.131049':
      'Meta n’a pas remis ce message pour ménager le contact. Un seul nouvel essai aura lieu dans 24 h.',
    'provider.meta.131050': 'Le contact a refusé vos messages marketing. Il ne recevra plus rien.',
    'provider.meta.131051': 'Ce type de message n’est pas pris en charge. Changez le contenu du message.',
    'provider.meta.131052':
      'Meta n’a pas pu télécharger le fichier joint. Vérifiez que son adresse s’ouvre dans un navigateur.',
    'provider.meta.131053':
      'Meta n’a pas pu traiter le fichier joint. Un nouvel essai est prévu ; vérifiez son format et sa taille.',
    'provider.meta.131056': 'Trop de messages à ce contact en peu de temps. Un nouvel essai est prévu.',
    'provider.meta.131057': 'Le compte est en maintenance chez Meta. Un nouvel essai est prévu.',
    'provider.meta.132000':
      'Le nombre de variables ne correspond pas au modèle. Corrigez les variables, puis reprenez la campagne.',
    'provider.meta.132001':
      'Ce modèle n’existe pas dans cette langue, ou n’est pas approuvé. Corrigez son nom ou sa langue, puis reprenez la campagne.',
    'provider.meta.132005':
      'Le texte du modèle devient trop long une fois rempli. Raccourcissez les variables, puis reprenez la campagne.',
    'provider.meta.132007':
      'Le contenu du modèle enfreint les règles de WhatsApp. Modifiez le modèle, puis reprenez la campagne.',
    'provider.meta.132012':
      'Une variable n’a pas le format attendu par le modèle. Corrigez-la, puis reprenez la campagne.',
    'provider.meta.132015':
      'Meta a mis ce modèle en pause pour sa faible qualité. Choisissez-en un autre, puis reprenez la campagne.',
    'provider.meta.132016':
      'Meta a désactivé ce modèle pour de bon. Choisissez-en un autre, puis reprenez la campagne.',
    'provider.meta.caption_impossible':
      'Un fichier audio ne peut pas porter de texte chez Meta. Retirez le fichier ou choisissez une image, une vidéo ou un document.',
    'provider.meta.window_closed':
      'Le contact n’a pas écrit sur cette ligne depuis 24 h : seul un modèle approuvé peut partir. Choisissez un modèle.',
    'provider.meta.delivery_failed':
      'WhatsApp n’a pas pu remettre le message et n’a pas dit pourquoi. Vérifiez le numéro, puis relancez.',
    'provider.meta.http_400':
      'Meta refuse le contenu du message. Lisez le détail de la tentative et corrigez le message.',
    'provider.meta.http_401':
      'Le jeton d’accès de Meta est faux ou expiré. Remplacez-le dans les paramètres, puis reprenez la ligne.',
    'provider.meta.http_403':
      'Meta interdit l’envoi avec ce jeton. Vérifiez ses droits dans Meta for Developers, puis reprenez la ligne.',
    'provider.meta.http_404':
      'Meta ne connaît pas ce numéro ou cette adresse. Vérifiez l’identifiant du numéro et l’adresse de l’API dans les paramètres.',
    'provider.meta.http_429':
      'Meta demande de ralentir. Un nouvel essai est prévu ; baissez le rythme de la ligne si cela se répète.',
    'provider.meta.http_4xx':
      'Meta a refusé la demande. Un nouvel essai est prévu ; lisez le détail de la tentative si cela se répète.',
  },
  en: {
    'provider.meta.0':
      'Meta does not recognise the access token. Make a new one in Meta for Developers, then resume the line.',
    'provider.meta.1': 'Meta had a passing error. A new try is planned.',
    'provider.meta.2': 'Meta’s service is unavailable for a moment. A new try is planned.',
    'provider.meta.3':
      'The application is not able to send. Check its permissions in Meta for Developers, then resume the line.',
    'provider.meta.4': 'Too many calls to Meta’s API. A new try is planned; lower the line’s pace if it happens again.',
    'provider.meta.10':
      'The permission to send is missing or was withdrawn. Grant it in Meta for Developers, then resume the line.',
    'provider.meta.17': 'Too many calls for this user of the API. A new try is planned.',
    'provider.meta.100':
      'Meta refuses a parameter of the message. Read the details of the attempt and correct the message.',
    'provider.meta.190': 'Meta’s access token has expired. Replace it in the settings, then resume the line.',
    'provider.meta.2xx': 'The application lacks a permission. Grant it in Meta for Developers, then resume the line.',
    'provider.meta.368':
      'Meta suspended the account for breaking its rules. See WhatsApp Manager before you resume the line.',
    'provider.meta.470':
      'The contact has not written for more than 24 h: only an approved template may leave. Choose a template.',
    'provider.meta.80007': 'The call limit of the WhatsApp Business account is reached. A new try is planned.',
    'provider.meta.130429':
      'The throughput that Meta allows is reached. A new try is planned; lower the line’s pace if it happens again.',
    'provider.meta.130472': 'Meta excluded this contact from marketing messages for a study. Reach it another way.',
    'provider.meta.130497':
      'The account may not write to this country. Check the allowed countries in WhatsApp Manager.',
    'provider.meta.131000': 'Meta could not send the message and did not say why. A new try is planned.',
    'provider.meta.131008': 'A parameter of the message is missing. Complete the message or the template.',
    'provider.meta.131016': 'Meta’s service is overloaded. A new try is planned.',
    'provider.meta.131021': 'The recipient is the line’s own number. Remove this contact from the campaign.',
    'provider.meta.131026':
      'The message cannot be delivered: the number has no WhatsApp, or the contact has not accepted its terms. Check the number.',
    'provider.meta.131031': 'The WhatsApp Business account is locked. See WhatsApp Manager before you resume the line.',
    'provider.meta.131042':
      'There is a problem with the account’s payment method. Correct it in WhatsApp Manager, then resume the line.',
    'provider.meta.131047':
      'The contact has not written for more than 24 h: only an approved template may leave. Choose a template.',
    'provider.meta.131048':
      'Too many messages of this number were reported or blocked. Stop sending and see the number’s quality in WhatsApp Manager.',
    'provider.meta.131049':
      'Meta did not deliver this message, to spare the contact. There will be one new try in 24 h.',
    'provider.meta.131050': 'The contact declined your marketing messages. Nothing more will be sent to it.',
    'provider.meta.131051': 'This type of message is not supported. Change the content of the message.',
    'provider.meta.131052': 'Meta could not download the attached file. Check that its address opens in a browser.',
    'provider.meta.131053':
      'Meta could not process the attached file. A new try is planned; check its format and size.',
    'provider.meta.131056': 'Too many messages to this contact in a short time. A new try is planned.',
    'provider.meta.131057': 'The account is under maintenance at Meta. A new try is planned.',
    'provider.meta.132000':
      'The number of variables does not match the template. Correct the variables, then resume the campaign.',
    'provider.meta.132001':
      'This template does not exist in this language, or is not approved. Correct its name or language, then resume the campaign.',
    'provider.meta.132005':
      'The template becomes too long once filled in. Shorten the variables, then resume the campaign.',
    'provider.meta.132007':
      'The template’s content breaks WhatsApp’s rules. Change the template, then resume the campaign.',
    'provider.meta.132012':
      'A variable does not have the format that the template expects. Correct it, then resume the campaign.',
    'provider.meta.132015':
      'Meta paused this template for its low quality. Choose another one, then resume the campaign.',
    'provider.meta.132016': 'Meta disabled this template for good. Choose another one, then resume the campaign.',
    'provider.meta.caption_impossible':
      'At Meta an audio file cannot carry a text. Remove the file, or choose an image, a video or a document.',
    'provider.meta.window_closed':
      'The contact has not written to this line for 24 h: only an approved template may leave. Choose a template.',
    'provider.meta.delivery_failed':
      'WhatsApp could not deliver the message and did not say why. Check the number, then retry.',
    'provider.meta.http_400':
      'Meta refuses the content of the message. Read the details of the attempt and correct the message.',
    'provider.meta.http_401':
      'Meta’s access token is wrong or expired. Replace it in the settings, then resume the line.',
    'provider.meta.http_403':
      'Meta forbids sending with this token. Check its permissions in Meta for Developers, then resume the line.',
    'provider.meta.http_404':
      'Meta does not know this number or address. Check the phone number id and the API address in the settings.',
    'provider.meta.http_429':
      'Meta asks to slow down. A new try is planned; lower the line’s pace if it happens again.',
    'provider.meta.http_4xx':
      'Meta refused the request. A new try is planned; read the details of the attempt if it happens again.',
  },
} as const;
