import { oc } from '@orpc/contract';
import { z } from 'zod';
import { byId, done, pageInput, pageOf } from './common.ts';
import * as contacts from './contacts.ts';
import * as imports from './imports.ts';

/** Contacts, their categories, imports, and the list of those who want nothing more. Part of the contract. */
export const contactRoutes = {
  contacts: {
    list: oc
      .route({ method: 'GET', path: '/contacts', tags: ['contacts'] })
      .input(contacts.contactListInput)
      .output(pageOf(contacts.contact)),
    create: oc
      .route({ method: 'POST', path: '/contacts', tags: ['contacts'], successStatus: 201 })
      .input(contacts.contactInput)
      .output(contacts.contact),
    get: oc
      .route({ method: 'GET', path: '/contacts/{id}', tags: ['contacts'] })
      .input(byId)
      .output(contacts.contact),
    update: oc
      .route({ method: 'PATCH', path: '/contacts/{id}', tags: ['contacts'] })
      .input(contacts.contactPatch)
      .output(contacts.contact),
    remove: oc
      .route({ method: 'DELETE', path: '/contacts/{id}', tags: ['contacts'] })
      .input(byId)
      .output(done),
    import: oc
      .route({
        method: 'POST',
        path: '/contacts/import',
        tags: ['contacts'],
        inputStructure: 'detailed',
        description: 'The body is the file itself, sent as `text/csv`, with a header line.',
      })
      .input(z.object({ query: imports.importQuery, body: z.file().max(imports.MAX_IMPORT_BYTES) }))
      .output(imports.importReport),
    merge: oc
      .route({ method: 'POST', path: '/contacts/{id}/merge', tags: ['contacts'] })
      .input(contacts.contactMerge)
      .output(contacts.contact),
  },
  imports: {
    list: oc
      .route({ method: 'GET', path: '/imports', tags: ['imports'] })
      .input(imports.importListInput)
      .output(pageOf(imports.contactImport)),
    create: oc
      .route({
        method: 'POST',
        path: '/imports',
        tags: ['imports'],
        successStatus: 201,
        description: 'The file follows in parts by `POST /imports/content`; when it is whole, the import is `ready`.',
      })
      .input(imports.importCreate)
      .output(imports.contactImport),
    upload: oc
      .route({ method: 'POST', path: '/imports/content', tags: ['imports'], inputStructure: 'detailed' })
      .input(imports.importPart)
      .output(imports.contactImport),
    get: oc
      .route({ method: 'GET', path: '/imports/{id}', tags: ['imports'] })
      .input(byId)
      .output(imports.contactImport),
    preview: oc
      .route({ method: 'POST', path: '/imports/{id}/preview', tags: ['imports'] })
      .input(imports.importPreviewInput)
      .output(imports.importPreview),
    start: oc
      .route({ method: 'POST', path: '/imports/{id}/start', tags: ['imports'] })
      .input(imports.importStart)
      .output(imports.contactImport),
    cancel: oc
      .route({
        method: 'POST',
        path: '/imports/{id}/cancel',
        tags: ['imports'],
        description: 'What is written stays, until the import is continued or undone.',
      })
      .input(byId)
      .output(imports.contactImport),
    resume: oc
      .route({ method: 'POST', path: '/imports/{id}/resume', tags: ['imports'] })
      .input(byId)
      .output(imports.contactImport),
    undo: oc
      .route({
        method: 'POST',
        path: '/imports/{id}/undo',
        tags: ['imports'],
        description: 'Contacts that a campaign or a person used since stay; opt-outs stay.',
      })
      .input(byId)
      .output(imports.contactImport),
    refused: oc
      .route({ method: 'GET', path: '/imports/{id}/refused', tags: ['imports'] })
      .input(imports.refusedListInput)
      .output(pageOf(imports.refusedLine)),
    refusedFile: oc
      .route({ method: 'GET', path: '/imports/{id}/refused.csv', tags: ['imports'] })
      .input(byId)
      .output(z.file()),
  },
  categories: {
    list: oc
      .route({ method: 'GET', path: '/categories', tags: ['categories'] })
      .input(pageInput)
      .output(pageOf(contacts.category)),
    create: oc
      .route({ method: 'POST', path: '/categories', tags: ['categories'], successStatus: 201 })
      .input(contacts.categoryInput)
      .output(contacts.category),
    update: oc
      .route({ method: 'PATCH', path: '/categories/{id}', tags: ['categories'] })
      .input(contacts.categoryPatch)
      .output(contacts.category),
    remove: oc
      .route({ method: 'DELETE', path: '/categories/{id}', tags: ['categories'] })
      .input(byId)
      .output(done),
  },
  suppressions: {
    list: oc
      .route({ method: 'GET', path: '/suppressions', tags: ['contacts'] })
      .input(pageInput)
      .output(pageOf(contacts.suppression)),
    remove: oc
      .route({ method: 'DELETE', path: '/suppressions/{phone}', tags: ['contacts'] })
      .input(z.object({ phone: z.string().min(1).max(40) }))
      .output(done),
  },
};
