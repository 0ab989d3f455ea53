/** How the copy in Supabase stands, keyed `sync.<state>` and `sync.problem.<problem>`. */
export const syncSentences = {
  fr: {
    'sync.off':
      'Aucune copie dans Supabase. Indiquez SUPABASE_URL et SUPABASE_SERVICE_ROLE_KEY pour que Vigie se copie au fur et à mesure.',
    'sync.never': 'Supabase est configuré ; rien n’y a encore été copié.',
    'sync.up_to_date': 'Tout est copié dans Supabase.',
    'sync.waiting': 'Lignes qui attendent d’être copiées : {count}.',
    'sync.copying': 'Une copie complète est en cours. Les envois continuent.',
    'sync.problem.offline':
      'Supabase ne répond pas. Les envois continuent ; ce qui attend partira dès son retour. Éléments en attente : {count}.',
    'sync.problem.unauthorized':
      'Supabase refuse la clé. Vérifiez SUPABASE_SERVICE_ROLE_KEY : il faut la clé « service_role » du projet.',
    'sync.problem.schema_missing':
      'Les tables de Vigie manquent dans ce projet. Exécutez le fichier migrations/supabase/{file} dans l’éditeur SQL de Supabase.',
    'sync.problem.schema_behind':
      'Les tables de ce projet sont d’une version plus ancienne. Exécutez les fichiers de migrations/supabase jusqu’à {file} dans l’éditeur SQL de Supabase.',
    'sync.problem.schema_ahead':
      'Les tables de ce projet viennent d’une version plus récente de Vigie. Mettez Vigie à jour.',
    'sync.problem.taken_over':
      'Une autre machine a repris ces données par « vigie sync pull ». Rien n’est plus copié ni envoyé d’ici.',
    'sync.problem.refused': 'Supabase refuse les données. Vigie essaie encore ; les envois continuent.',
    'error.sync_off': 'Supabase n’est pas configuré.',
  },
  en: {
    'sync.off':
      'No copy in Supabase. Set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY to have Vigie copy itself as it goes.',
    'sync.never': 'Supabase is configured; nothing has been copied there yet.',
    'sync.up_to_date': 'Everything is copied to Supabase.',
    'sync.waiting': 'Rows that wait to be copied: {count}.',
    'sync.copying': 'A full copy is under way. Sending goes on.',
    'sync.problem.offline':
      'Supabase does not answer. Sending goes on; what waits leaves when it is back. Rows waiting: {count}.',
    'sync.problem.unauthorized':
      'Supabase refuses the key. Check SUPABASE_SERVICE_ROLE_KEY: it has to be the “service_role” key of the project.',
    'sync.problem.schema_missing':
      'The tables of Vigie are missing in this project. Run the file migrations/supabase/{file} in the SQL editor of Supabase.',
    'sync.problem.schema_behind':
      'The tables of this project are of an older version. Run the files of migrations/supabase up to {file} in the SQL editor of Supabase.',
    'sync.problem.schema_ahead': 'The tables of this project come from a newer version of Vigie. Update Vigie.',
    'sync.problem.taken_over':
      'Another machine took these data over with “vigie sync pull”. Nothing is copied or sent from here any more.',
    'sync.problem.refused': 'Supabase refuses the data. Vigie keeps trying; sending goes on.',
    'error.sync_off': 'Supabase is not configured.',
  },
} as const;
