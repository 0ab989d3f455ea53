/** Who may import whom (ARCHITECTURE: "Who may import whom"). Checked by `npm run check`. */

const TEST = '\\.test\\.tsx?$';
const FEATURES = '^backend/(monitoring|sending|campaigns|webhooks|sync|scheduler|notifications|health|simulator)/';
const HOST = '^backend/(main|serve)\\.ts$';
const ENTRIES = [HOST, '^backend/cli/', '^electron/main\\.ts$'];

/**
 * @param {string} folder files that the rule is about; tests beside the code are free
 * @param {string[]} allowed all that they may import
 * @returns {import('dependency-cruiser').IForbiddenRuleType}
 */
const only = (folder, allowed) => ({
  name: `only what ${folder.replace(/[\^\\$]/g, '')} may import`,
  severity: 'error',
  from: { path: folder, pathNot: TEST },
  to: { pathNot: [folder, ...allowed] },
});

/**
 * @param {string} name
 * @param {string} target
 * @param {string[]} importers all that may import it
 * @returns {import('dependency-cruiser').IForbiddenRuleType}
 */
const onlyFrom = (name, target, importers) => ({
  name,
  severity: 'error',
  from: { pathNot: [TEST, '^tests/', '^bench/', target, ...importers] },
  to: { path: target },
});

const NODE_MODULES = '^node_modules/';
/** Node's own modules, by name. */
const NODE = '^(node:)?[a-z_]+(/promises)?$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: { pathNot: '^tests/' }, to: { circular: true } },
    only('^backend/contract/', ['^node_modules/(zod|@orpc/contract)/']),
    only('^backend/core/', [NODE_MODULES, NODE]),
    only('^backend/domain/', ['^backend/(core|contract)/', NODE_MODULES, NODE]),
    only('^backend/storage/', ['^backend/(domain|core|contract)/', NODE_MODULES, NODE]),
    only('^renderer/', ['^backend/contract/', NODE_MODULES]),
    only('^electron/', ['^backend/contract/', '^backend/compose\\.ts$', NODE_MODULES, NODE]),
    {
      name: 'features know each other by type: compose.ts hands them over',
      severity: 'error',
      from: { path: FEATURES, pathNot: TEST },
      to: { path: FEATURES, pathNot: '^backend/$1/', dependencyTypesNot: ['type-only'] },
    },
    onlyFrom('only entries compose', '^backend/compose\\.ts$', ENTRIES),
    onlyFrom('only entries serve HTTP', '^backend/http/', ['^backend/compose\\.ts$', ...ENTRIES]),
    onlyFrom('only entries have the command line', '^backend/cli/', ENTRIES),
    onlyFrom('only the command line starts the host', HOST, ['^backend/cli/']),
    onlyFrom('only storage opens SQLite', '^node_modules/better-sqlite3/', ['^backend/storage/']),
    onlyFrom('tests are not part of the product', `^tests/|${TEST}`, ['^scripts/', '^vitest\\.config\\.ts$']),
    onlyFrom('scripts are not part of the product', '^scripts/', ['^vitest\\.config\\.ts$']),
    onlyFrom('benchmarks are not part of the product', '^bench/', ['^scripts/']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'require', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.css', '.json', '.d.ts'],
    },
  },
};
