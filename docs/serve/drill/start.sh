# For the drills of docs/runbook.md, in bash: . start.sh
#
# Starts in the background, on this machine alone: the emulator, which is the Token Server and the phones; Redis; a relay, through
# which the callbacks go; the login service; and Prometheus, with the alert rules. Each writes a log into the folder that you are in.
DRILL=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PWD/node_modules/.bin:$PATH
: "${PUBLIC_PORT:=8080}" "${INTERNAL_PORT:=8081}" "${TOKEN_SERVER_PORT:=3000}" "${RELAY_PORT:=3001}" "${REDIS_PORT:=6390}" "${PROMETHEUS_PORT:=9090}"
export ORIGIN=http://localhost:$PUBLIC_PORT SITE=http://127.0.0.1:$PUBLIC_PORT INTERNAL=http://127.0.0.1:$INTERNAL_PORT
export TOKEN_SERVER=http://localhost:$TOKEN_SERVER_PORT PROMETHEUS=http://127.0.0.1:$PROMETHEUS_PORT

# Waits until an address answers 2xx, as long as its process lives.
answers() {
  until curl -sf -o /dev/null "$1"; do
    kill -0 "$2" 2> /dev/null || { echo "It has ended. The logs in this folder say why."; return 1; }
    sleep 0.2
  done
}

start_token_server() {
  # A code lives for 12 s, so that nothing takes long here.
  onegini-otp-login emulator --port "$TOKEN_SERVER_PORT" --code-seconds 12 >> token-server.log 2>&1 < /dev/null &
  TOKEN_SERVER_PID=$!
  answers "$TOKEN_SERVER/phone" "$TOKEN_SERVER_PID" && echo "The Token Server is up."
}

start_redis() {
  redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --save "" --appendonly yes >> redis.log 2>&1 < /dev/null &
  REDIS_PID=$!
  until redis-cli -p "$REDIS_PORT" ping > /dev/null 2>&1 || ! kill -0 "$REDIS_PID" 2> /dev/null; do sleep 0.2; done
  if [ -n "$SERVICE_PID" ]; then answers "$SITE/ready" "$SERVICE_PID"; fi
  kill -0 "$REDIS_PID" && echo "Redis is up."
}

start_relay() {
  node -e '
    const { connect, createServer } = require("node:net");
    const [from, to] = process.argv.slice(1).map(Number);
    createServer((socket) => {
      const on = connect(to, "127.0.0.1");
      for (const each of [socket, on]) each.on("error", () => { socket.destroy(); on.destroy(); });
      socket.pipe(on).pipe(socket);
    }).listen(from, "127.0.0.1");
  ' "$RELAY_PORT" "$PUBLIC_PORT" < /dev/null &
  RELAY_PID=$!
  answers "http://127.0.0.1:$RELAY_PORT/health" "$RELAY_PID" && echo "The relay is up."
}

start_service() {
  onegini-otp-login serve --config site.yaml >> serve.log 2>> serve-start.log < /dev/null &
  SERVICE_PID=$!
  answers "$SITE/ready" "$SERVICE_PID" && echo "The login service is up."
}

start_prometheus() {
  prometheus --config.file prometheus.yaml --storage.tsdb.path prometheus-data --web.listen-address "127.0.0.1:$PROMETHEUS_PORT" \
    >> prometheus.log 2>&1 < /dev/null &
  PROMETHEUS_PID=$!
  answers "$PROMETHEUS/-/ready" "$PROMETHEUS_PID" && echo "Prometheus is up: $PROMETHEUS/alerts"
}

# `people accept`, `people deny 12`: how many visitors do what.
people() { node "$DRILL/people.mjs" "$@"; }

# Waits for an alert: `pending` until it has lasted as long as its rule says, then `firing`.
alert() {
  until node -e '
    fetch(`${process.env.PROMETHEUS}/api/v1/alerts`).then((answer) => answer.json()).then(({ data }) => {
      const found = data.alerts.find(({ labels }) => labels.alertname === process.argv[1]);
      if (found) console.log(`${process.argv[1]} is ${found.state}.`);
      else process.exitCode = 1;
    });
  ' "$1"; do sleep 1; done
}

end_drill() { kill "$PROMETHEUS_PID" "$SERVICE_PID" "$RELAY_PID" "$TOKEN_SERVER_PID" "$REDIS_PID" 2> /dev/null; }
trap end_drill EXIT

openssl rand -hex 32 > internal-secret
cat > site.yaml << END
origin: $ORIGIN
port: $PUBLIC_PORT
internal-port: $INTERNAL_PORT
internal-secret-file: internal-secret
proxies: 1
token-server-url: $TOKEN_SERVER
client-id: demo
client-secret: demo-secret
type: qr-code
message: Log in to Example
callback-uri: http://127.0.0.1:$RELAY_PORT/otp-login/callback
redis-url: redis://127.0.0.1:$REDIS_PORT
END
cat > prometheus.yaml << END
# Without Redis, /metrics takes two seconds.
global: { scrape_interval: 4s, evaluation_interval: 1s }
rule_files: ["$DRILL/../prometheus/alerts.yaml"]
scrape_configs:
  - job_name: onegini-login
    authorization: { credentials_file: internal-secret }
    static_configs: [{ targets: ["127.0.0.1:$INTERNAL_PORT"] }]
END
start_token_server
start_redis
start_service
start_relay
start_prometheus
