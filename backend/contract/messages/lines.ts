/** What a test of a line found, and what to do; notices about lines. */
export const lineSentences = {
  fr: {
    'line.test.ready': 'La ligne répond : elle est prête à envoyer.',
    'line.test.unreachable':
      'Le fournisseur ne répond pas. Vérifiez l’adresse de son service et la connexion à internet.',
    'line.test.key_refused': 'Le fournisseur refuse la clé. Vérifiez qu’elle est entière et toujours valable.',
    'line.test.account_unpaid': 'Le fournisseur refuse le compte. Vérifiez l’abonnement chez lui.',
    'line.test.sender_unknown':
      'La clé est acceptée, mais le fournisseur ne connaît pas cet appareil ou ce numéro. Vérifiez son identifiant.',
    'line.test.provider_trouble':
      'Le fournisseur répond par une erreur ({detail}). Vérifiez l’adresse, puis réessayez dans quelques minutes.',
    'line.test.session_offline':
      'L’appareil est connu, mais WhatsApp n’y est pas connecté ({detail}). Ouvrez-le chez le fournisseur et scannez le code QR.',
    'line.test.device_inoperative':
      'L’appareil est connu, mais ne fonctionne pas ({detail}). Vérifiez son état chez le fournisseur.',
    'line.test.number_not_connected':
      'Le numéro est connu, mais n’est pas relié à l’API ({detail}). Terminez son inscription chez Meta.',
    'line.test.restricted':
      'WhatsApp restreint ce numéro ({detail}). Cessez les premiers messages et consultez le compte.',
    'send.line_removed': 'La ligne de ce message a été retirée.',
    'error.line_waits':
      'La ligne {line} fonctionnera au prochain démarrage, dans votre espace réel. Ce réglage se fait à ce moment-là.',
  },
  en: {
    'line.test.ready': 'The line answers: it is ready to send.',
    'line.test.unreachable':
      'The provider does not answer. Check the address of its service and the internet connection.',
    'line.test.key_refused': 'The provider refuses the key. Check that it is whole and still valid.',
    'line.test.account_unpaid': 'The provider refuses the account. Check the subscription there.',
    'line.test.sender_unknown':
      'The key is accepted, but the provider does not know this device or number. Check its id.',
    'line.test.provider_trouble':
      'The provider answers with an error ({detail}). Check the address, then try again in a few minutes.',
    'line.test.session_offline':
      'The device is known, but WhatsApp is not connected on it ({detail}). Open it at the provider and scan the QR code.',
    'line.test.device_inoperative':
      'The device is known, but does not work ({detail}). Check its state at the provider.',
    'line.test.number_not_connected':
      'The number is known, but not connected to the API ({detail}). Complete its registration at Meta.',
    'line.test.restricted': 'WhatsApp restricts this number ({detail}). Stop first messages and look at the account.',
    'send.line_removed': 'The line of this message was removed.',
    'error.line_waits': 'The line {line} works from the next start on, in your real workspace. This is set then.',
  },
} as const;
