import { checkTree } from './check.ts';

const { files, findings } = checkTree(process.argv[2] ?? process.cwd());
for (const { path, line, rule, text } of findings) console.log(`${path}:${line} ${rule}: ${text}`);
console.log(`purity: ${files} files, ${findings.length} findings`);
process.exitCode = findings.length === 0 && files > 0 ? 0 : 1;
