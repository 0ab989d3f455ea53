import { defineConfig, globalIgnores } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const TESTS = ['**/*.test.{ts,tsx}', 'tests/**/*.ts'];
const CONFIG_FILES = ['*.config.{js,ts}', '.dependency-cruiser.mjs'];

/** Time, randomness and settings come through constructors: each has one wrapper, listed with its exceptions below. */
const BANNED_PROPERTIES = [
  { object: 'Date', property: 'now', message: 'Use the Clock (backend/core/clock.ts).' },
  { object: 'Math', property: 'random', message: 'Use Random (backend/core/random.ts).' },
  { object: 'process', property: 'env', message: 'Use the settings (backend/config.ts).' },
  { object: 'window', property: 'setInterval', message: 'Use the Clock (backend/core/clock.ts).' },
  { object: 'globalThis', property: 'setInterval', message: 'Use the Clock (backend/core/clock.ts).' },
];
const BANNED_SYNTAX = [
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"]',
    message: 'Use the Clock (backend/core/clock.ts).',
  },
  { selector: 'TSEnumDeclaration', message: 'Use a union.' },
];

/**
 * @param {string[]} allowed properties that these files may use, as `object.property`
 * @returns {['error', ...typeof BANNED_PROPERTIES]}
 */
const bannedProperties = (...allowed) => [
  'error',
  ...BANNED_PROPERTIES.filter(({ object, property }) => !allowed.includes(`${object}.${property}`)),
];

export default defineConfig(
  globalIgnores(['out/', 'coverage/', 'renderer/public/']),
  {
    files: ['**/*.{ts,tsx,js,mjs}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'backend/contract/tsconfig.json',
          'backend/tsconfig.json',
          'renderer/tsconfig.json',
          'electron/tsconfig.json',
          'tests/tsconfig.json',
          'bench/tsconfig.json',
          'tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', 300],
      'max-params': ['error', 3],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'no-restricted-globals': ['error', { name: 'setInterval', message: 'Use the Clock (backend/core/clock.ts).' }],
      'no-restricted-properties': bannedProperties(),
      'no-restricted-syntax': ['error', ...BANNED_SYNTAX],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'electron', importNames: ['ipcMain'], message: 'Use electron/ipc.ts, which checks the sender.' },
            { name: 'electron', importNames: ['ipcRenderer'], message: 'Use the bridge of electron/preload.ts.' },
            { name: 'node:process', message: 'Use the global: its settings are checked.' },
            { name: 'process', message: 'Use the global: its settings are checked.' },
          ],
        },
      ],
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Objects made of closures may be taken apart; `async` alone turns a throw into a rejection.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
  },
  { files: ['backend/core/clock.ts'], rules: { 'no-restricted-properties': bannedProperties('Date.now') } },
  {
    // Entries hand the environment to the settings.
    files: [
      'backend/config.ts',
      'backend/main.ts',
      'backend/cli/main.ts',
      'electron/main.ts',
      'scripts/**',
      'bench/**',
      '*.config.ts',
    ],
    rules: { 'no-restricted-properties': bannedProperties('process.env') },
  },
  // What the commands print is their answer.
  { files: ['backend/main.ts', 'backend/cli/**', 'tests/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.d.ts'], rules: { '@typescript-eslint/consistent-type-definitions': 'off' } },
  {
    files: ['electron/ipc.ts', 'electron/preload.ts', 'electron/passphrasePreload.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: TESTS,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-properties': bannedProperties('Date.now', 'process.env'),
    },
  },
  {
    // Plain JavaScript has no type for what it reads and imports.
    files: ['**/*.{js,mjs}'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  { files: ['resources/**'], extends: [tseslint.configs.disableTypeChecked] },
  { files: CONFIG_FILES, rules: { 'no-restricted-exports': 'off' } },
);
