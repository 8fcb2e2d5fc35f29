// check.mjs reads {"name": …, "kql": …} objects, one a line, on standard input
// and prints for each what Microsoft's language service says of it:
//
//   {"name": …, "diagnostics": [{severity, code, line, column, text, message}], "columns": [{name, type}], "shape": …}
//
// columns are those of the answer. shape is the kinds of the query's tokens: two
// queries of one shape differ in values alone. schemas.json has the columns of
// the tables.
//
//   npm ci && node check.mjs < queries.jsonl
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(process.env.KQLCHECK_MODULES ?? here, "package.json"));
// The service is a library of .NET in JavaScript; its parts put themselves into
// the global object, the runtime first.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { GlobalState, KustoCode, Symbols } = globalThis.Kusto.Language;

const tables = Object.entries(JSON.parse(readFileSync(join(here, "schemas.json"), "utf8"))).map(([name, columns]) => {
  const list = Object.entries(columns).map(([column, type]) => `['${column}']:${type}`);
  return Symbols.TableSymbol.From(`(${list.join(", ")})`).WithName(name);
});
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("workspace", tables));

const list = (l) => Array.from({ length: l?.Count ?? 0 }, (_, i) => l.getItem(i));

function check({ name, kql }) {
  const code = KustoCode.ParseAndAnalyze(kql, globals);
  const diagnostics = list(code.GetDiagnostics()).map((d) => {
    const before = kql.slice(0, d.Start).split("\n");
    return {
      severity: d.Severity, code: d.Code, message: d.Message,
      line: before.length, column: before.at(-1).length + 1, text: kql.substr(d.Start, d.Length),
    };
  });
  const columns = list(code.ResultType?.Columns).map((c) => ({ name: c.Name, type: c.Type.Name }));
  const shape = list(code.GetLexicalTokens()).map((t) => t.Kind).join(" ");
  return { name, diagnostics, columns, shape };
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) console.log(JSON.stringify(check(JSON.parse(line))));
}
