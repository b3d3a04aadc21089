/** The help page, in Markdown: long enough to begin, short enough to be read. */
export const about = {
  title: "About Sheaf",
  sections: [
    {
      id: "worksheet",
      title: "What is a worksheet?",
      text: `A worksheet is a small, finished analysis: text, figures and tables made by code that its author published. You do not need to read the code. You change the values beside the result, press **Run**, and the same code computes the result for your values.

The page opens with a result that is already there, computed when the worksheet was published. A result that somebody has computed before, with the same version, values and files, is shown at once with its age; **Run afresh** computes it anew.

A run belongs to the server, not to your tab. You may close the page, lose the network or switch off the computer: the run goes on, and the page finds it again.`,
    },
    {
      id: "keep",
      title: "Where do my runs stay?",
      text: `Without an account, runs are kept for some days and found again in the same browser, or by their claim link. With an account they stay under **My runs**, with the executed notebook and every file the run wrote.`,
    },
    {
      id: "cite",
      title: "How do I cite a run?",
      text: `Every run has a page of its own that never changes. It names the version of the worksheet (a commit), the environment with its digest, the values, the times and the outputs' digest, and it carries a citation to copy. Share the run first, so that others can open the link. **Print** makes a clean report with the record at its end.`,
    },
    {
      id: "authors",
      title: "How do I make one?",
      text: `A worksheet is an ordinary Jupyter notebook in a project, in Python or R. Tag the cell that holds the values as \`parameters\`, and its assignments become the form. Comments become help texts, and cell tags such as \`hide-input\` or \`remove-output\` decide what readers see.`,
    },
    {
      id: "api",
      title: "The API",
      text: `Everything this page does, a script can do. Make a token under **My runs**, and send it as \`Authorization: Bearer …\`. Listing worksheets and running them works without a token where the server lets visitors run.

\`\`\`
GET    /api/v1/worksheets?q=&area=&cursor=
GET    /api/v1/worksheets/{id}          parameters as JSON Schema
POST   /api/v1/worksheets/{id}/runs     {"values": {…}, "fresh": false}
GET    /api/v1/runs/{id}                state, values, outputs, record
GET    /api/v1/runs/{id}/events         server-sent events
GET    /api/v1/runs/{id}/notebook       the executed notebook
DELETE /api/v1/runs/{id}                stop it
\`\`\`

The whole description is served as OpenAPI at \`/api/v1/openapi.json\`. Errors are problem documents (RFC 9457).`,
    },
  ],
} as const;
