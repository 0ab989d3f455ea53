/** Sentences for an import: `import.<reason>` of a refused line, or of a file that cannot be read at all. */
export const importSentences = {
  fr: {
    'import.phone_missing': 'Le numéro de téléphone est vide. Complétez la ligne, puis importez-la de nouveau.',
    'import.phone_invalid':
      'Ce n’est pas un numéro de téléphone valide. Écrivez-le avec l’indicatif du pays, par exemple +33 6 12 34 56 78.',
    'import.too_many_columns':
      'La ligne a plus de colonnes que l’en-tête. Mettez entre guillemets le texte qui contient le séparateur.',
    'import.quote_unclosed': 'Un guillemet est ouvert et jamais refermé. Refermez-le ou retirez-le.',
    'import.name_too_long': 'Le nom dépasse 200 caractères. Raccourcissez-le.',
    'import.value_too_long': 'Une valeur dépasse 2 000 caractères. Raccourcissez-la.',
    'import.empty_file': 'il est vide',
    'import.not_text': 'c’est un classeur ou un document, pas un fichier texte',
    'import.no_phone_column':
      'la première ligne doit nommer les colonnes, dont une « phone », « telephone », « tel » ou « numero »',
    'import.too_many_columns_in_header': 'l’en-tête a plus de 500 colonnes',
    'import.line_too_long': 'une ligne dépasse 8 millions de caractères',
    'import.failed': 'L’import s’est arrêté sur une erreur. Reprenez-le ou annulez-le.',
    'import.column.line': 'Ligne',
    'import.column.reason': 'Raison',
    'import.column.value': 'Valeur',
  },
  en: {
    'import.phone_missing': 'The phone number is empty. Complete the line, then import it again.',
    'import.phone_invalid':
      'This is not a valid phone number. Write it with its country code, for example +33 6 12 34 56 78.',
    'import.too_many_columns':
      'The line has more columns than the header. Put text that contains the separator between quotes.',
    'import.quote_unclosed': 'A quote is opened and never closed. Close it or remove it.',
    'import.name_too_long': 'The name is longer than 200 characters. Shorten it.',
    'import.value_too_long': 'A value is longer than 2,000 characters. Shorten it.',
    'import.empty_file': 'it is empty',
    'import.not_text': 'it is a spreadsheet or a document, not a text file',
    'import.no_phone_column':
      'the first line must name the columns, one of them “phone”, “telephone”, “tel” or “numero”',
    'import.too_many_columns_in_header': 'the header has more than 500 columns',
    'import.line_too_long': 'a line is longer than 8 million characters',
    'import.failed': 'The import stopped at an error. Continue it or undo it.',
    'import.column.line': 'Line',
    'import.column.reason': 'Reason',
    'import.column.value': 'Value',
  },
} as const;
