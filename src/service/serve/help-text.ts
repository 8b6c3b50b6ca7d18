import { settingNames, settingOf } from "../settings/setting-list.js";

const flagLine = (flag: string, meaning: string): string => `  ${flag.padEnd(38)}${meaning}`;

const flags = settingNames
  .filter((name) => !settingOf(name).isInFileOnly)
  .map((name) => flagLine(`--${name} <${settingOf(name).value}>`, settingOf(name).meaning))
  .join("\n");

export const helpText = `Usage: onegini-otp-login serve [flags]

Serves the login API and the widget's files to browsers on a public port, and your own backend on an internal one.

Flags (default):
${flags}
${flagLine("--config <file>", "a YAML or JSON file with these settings, also limits and timeouts")}
${flagLine("--check", "checks the settings, prints what it would do, and exits")}
${flagLine("--compatible-with <version>", "says what a roll between that version and this one loses, and exits")}
${flagLine("--health", "asks the running service with these settings whether it lives, and exits")}

Each flag is also a variable (ONEGINI_LOGIN_CLIENT_ID for --client-id) and a key of the file (client-id). Flags override
variables, and variables override the file. A secret can be in a file of its own: --client-secret-file,
--internal-secret-file, --operator-secret-file, --metrics-secret-file, --callback-password-file, --redis-url-file,
--redis-sentinels-file, --pairing-keys-file, --pseudonym-key-file. These files and those of certificates are read again
when they change, and on SIGHUP, which also begins a new file of the audit.

Redis needs the package redis.

Examples:
  npx onegini-otp-login serve --origin https://www.example.com --config /etc/onegini-login.yaml
  npx onegini-otp-login emulator --port 3000
  npx onegini-otp-login serve --origin http://localhost:8000 --token-server-url http://localhost:3000 \\
    --client-id demo --client-secret demo-secret --type qr-code --message "Log in"
`;
