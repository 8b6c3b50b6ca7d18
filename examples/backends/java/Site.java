// A site with the JDK's own HTTP server and the login service, for Java 17 or later.
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

public class Site {
    static final String ORIGIN = System.getenv().getOrDefault("ORIGIN", "http://localhost:8000");
    static final int PORT = Integer.parseInt(System.getenv().getOrDefault("PORT", "3001"));
    static final String[] SERVICES = System.getenv().getOrDefault("LOGIN_SERVICE", "http://127.0.0.1:8081").split(", *");
    static final String SECRET = System.getenv("ONEGINI_LOGIN_INTERNAL_SECRET");
    static final boolean IS_HTTPS = ORIGIN.startsWith("https:");
    /** On https no other host and no other path can set it. */
    static final String COOKIE = IS_HTTPS ? "__Host-session" : "session";
    static final Duration SESSION_LIFE = Duration.ofHours(8);

    record Session(String user, String attempt, Instant approvedAt, Instant ends) {}

    /** The sessions of this process, by their ids. With several processes keep them in a database. */
    static final Map<String, Session> sessions = new ConcurrentHashMap<>();
    /** When each user last logged out everywhere. */
    static final Map<String, Instant> sessionsSince = new ConcurrentHashMap<>();
    static final SecureRandom random = new SecureRandom();
    /** The secret goes to these addresses, never to a proxy of the JVM's settings, nor where a redirect leads. */
    static final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .proxy(HttpClient.Builder.NO_PROXY)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    public static void main(String[] args) throws IOException {
        if (SECRET == null) throw new IllegalStateException("ONEGINI_LOGIN_INTERNAL_SECRET is missing");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT), 0);
        server.setExecutor(Executors.newFixedThreadPool(32));
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            }
        });
        server.start();
    }

    static void answer(HttpExchange exchange) throws IOException {
        switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
            case "GET /" -> redirect(exchange, "/account");
            case "GET /login" -> send(exchange, 200, loginPage(""));
            case "GET /login/otp" -> logIn(exchange);
            case "GET /return-to.js" -> send(exchange, 200, "text/javascript", Files.readString(Path.of("return-to.js")));
            case "GET /account" -> account(exchange);
            case "POST /logout", "POST /logout-everywhere" -> logOut(exchange);
            default -> send(exchange, 404, "Not found");
        }
    }

    static void logIn(HttpExchange exchange) throws IOException {
        // A ticket works once, and only with the cookies of the browser that began the login.
        String body = "{\"ticket\": " + quoted(parameter(exchange, "ticket")) + ", \"cookie\": " + quoted(cookiesOf(exchange)) + "}";
        Answer answer = call("POST", "/redeem", body);
        if (answer.status != 200 && answer.status != 404) {
            send(exchange, 503, loginPage("Logging in does not work at the moment."));
        } else if (answer.status == 404 || isRevoked(answer.text("user_id"), Instant.parse(answer.text("approved_at")))) {
            // 404: unknown, used, too old, or another browser's.
            redirect(exchange, "/login?next=" + URLEncoder.encode(nextPage(exchange), UTF_8));
        } else {
            sessions.remove(sessionId(exchange));
            sessions.values().removeIf(session -> session.ends.isBefore(Instant.now()));
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            Instant ends = Instant.now().plus(SESSION_LIFE);
            Instant approvedAt = Instant.parse(answer.text("approved_at"));
            sessions.put(id, new Session(answer.text("user_id"), answer.text("attempt"), approvedAt, ends));
            setCookie(exchange, id, SESSION_LIFE);
            // With the service's pairing they make this browser known to the user. So only with a login that the site takes.
            for (String cookie : answer.texts("set_cookie")) exchange.getResponseHeaders().add("Set-Cookie", cookie);
            redirect(exchange, nextPage(exchange));
        }
    }

    /** Whether the user has logged out everywhere since the phone accepted. */
    static boolean isRevoked(String user, Instant approvedAt) {
        Instant since = sessionsSince.get(user);
        return since != null && !approvedAt.isAfter(since);
    }

    /** The browser's session, or null. */
    static Session current(HttpExchange exchange) {
        Session session = sessions.get(sessionId(exchange));
        boolean isOver = session == null || session.ends.isBefore(Instant.now()) || isRevoked(session.user, session.approvedAt);
        return isOver ? null : session;
    }

    /** The page that was asked for. Anybody can name one, so it counts only if it is a path of this site. */
    static String nextPage(HttpExchange exchange) {
        String page = parameter(exchange, "next");
        return page.matches("/([A-Za-z0-9_@-][A-Za-z0-9_.~@:=,+/-]*)?(\\?[!-~]{0,1000})?") ? page : "/account";
    }

    static void account(HttpExchange exchange) throws IOException {
        Session session = current(exchange);
        if (session == null) {
            redirect(exchange, "/login?next=" + URLEncoder.encode(exchange.getRequestURI().toString(), UTF_8));
            return;
        }
        send(exchange, 200, """
                <!doctype html>
                <html lang="en">
                  <title>Account</title>
                  <p>Logged in as %s</p>
                  <form method="post" action="/logout">
                    <button>Log out</button> <button formaction="/logout-everywhere">Log out everywhere</button>
                  </form>
                </html>
                """.formatted(escaped(session.user)));
    }

    static void logOut(HttpExchange exchange) throws IOException {
        // Browsers send it with each POST. A form of another site must not log anybody out.
        if (!ORIGIN.equals(exchange.getRequestHeaders().getFirst("Origin"))) {
            send(exchange, 403, "Forbidden");
            return;
        }
        Session session = current(exchange);
        if (session != null && exchange.getRequestURI().getPath().equals("/logout-everywhere")) {
            sessionsSince.put(session.user, Instant.now());
            // With the service's pairing each of the user's browsers asks for the number again.
            Answer answer = call("POST", "/forget-browsers", "{\"user_id\": " + quoted(session.user) + "}");
            if (answer.status != 204) {
                send(exchange, 503, loginPage("You are logged out everywhere, but your browsers are still known. Log in and try again."));
                return;
            }
        }
        sessions.remove(sessionId(exchange));
        setCookie(exchange, "", Duration.ZERO);
        Matcher header = Pattern.compile("\\[" + TEXT + "\\s*,\\s*" + TEXT + "]").matcher(call("GET", "/forget", "").json);
        while (header.find()) exchange.getResponseHeaders().add(plain(header.group(1)), plain(header.group(2)));
        redirect(exchange, "/login");
    }

    // --- the login service ---

    record Answer(int status, String json) {
        /** A member that is a text. */
        String text(String name) {
            Matcher member = Pattern.compile("\"" + name + "\"\\s*:\\s*" + TEXT).matcher(json);
            if (!member.find()) throw new IllegalStateException("The answer has no " + name);
            return plain(member.group(1));
        }

        /** A member that is an array of texts: none, if it is missing. */
        List<String> texts(String name) {
            Matcher array = Pattern.compile("\"" + name + "\"\\s*:\\s*\\[((?:\\s*+" + TEXT + "\\s*+,?)*+)\\s*+]").matcher(json);
            if (!array.find()) return List.of();
            return Pattern.compile(TEXT).matcher(array.group(1)).results().map(text -> plain(text.group(1))).toList();
        }
    }

    /** Calls the first internal port that takes a connection. The status is 503 where there is no answer. */
    static Answer call(String method, String path, String body) {
        for (String service : SERVICES) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(service + path))
                    .timeout(Duration.ofSeconds(5))
                    .header("Authorization", "Bearer " + SECRET.split(",")[0]) // of two, the first
                    .header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build();
            try {
                HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString(UTF_8));
                return new Answer(response.statusCode(), response.body());
            } catch (ConnectException | HttpConnectTimeoutException error) {
                // Only what has not been sent goes to the next port. A ticket that was redeemed would be refused there.
            } catch (IOException error) {
                break;
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return new Answer(503, "");
    }

    // --- JSON, which the JDK has no library for: with Jackson or Gson this part goes away ---

    /** Possessive, because Java's own way back through a long text needs the whole stack. */
    static final String TEXT = "\"((?:[^\"\\\\]++|\\\\.)*+)\"";

    static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char letter : text.toCharArray())
            if (letter < ' ' || letter == '"' || letter == '\\') json.append(String.format("\\u%04x", (int) letter));
            else json.append(letter);
        return json.append('"').toString();
    }

    static String plain(String json) {
        return Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))").matcher(json).replaceAll(escape -> {
            String code = escape.group(1);
            char letter = code != null ? (char) Integer.parseInt(code, 16) : escape.group(2).charAt(0);
            int at = code == null ? "bfnrt".indexOf(letter) : -1;
            return Matcher.quoteReplacement(String.valueOf(at < 0 ? letter : "\b\f\n\r\t".charAt(at)));
        });
    }

    // --- HTTP ---

    static String parameter(HttpExchange exchange, String name) {
        String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
        for (String part : query.split("&"))
            if (part.startsWith(name + "=")) return URLDecoder.decode(part.substring(name.length() + 1), UTF_8);
        return "";
    }

    static String cookiesOf(HttpExchange exchange) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Cookie")).orElse("");
    }

    static String sessionId(HttpExchange exchange) {
        for (String cookie : cookiesOf(exchange).split("; *"))
            if (cookie.startsWith(COOKIE + "=")) return cookie.substring(COOKIE.length() + 1);
        return "";
    }

    static void setCookie(HttpExchange exchange, String value, Duration life) {
        exchange.getResponseHeaders().add("Set-Cookie", COOKIE + "=" + value + "; Path=/; Max-Age=" + life.toSeconds()
                + "; HttpOnly; SameSite=Lax" + (IS_HTTPS ? "; Secure" : ""));
    }

    static void redirect(HttpExchange exchange, String path) throws IOException {
        exchange.getResponseHeaders().set("Location", path);
        send(exchange, 303, "");
    }

    static void send(HttpExchange exchange, int status, String page) throws IOException {
        send(exchange, status, "text/html; charset=utf-8", page);
    }

    static void send(HttpExchange exchange, int status, String type, String content) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Cache-Control", "no-store");
        headers.set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
                + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        byte[] bytes = content.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    static String loginPage(String message) {
        return """
                <!doctype html>
                <html lang="en">
                  <meta name="viewport" content="width=device-width, initial-scale=1" />
                  <title>Log in</title>
                  <script type="module" src="/otp-login/assets/onegini-otp-login.js"></script>
                  <script type="module" src="/return-to.js"></script>
                  %s
                  <onegini-otp-login endpoint="/otp-login" redirect="/account"></onegini-otp-login>
                </html>
                """.formatted(message.isEmpty() ? "" : "<p role=\"alert\">" + message + "</p>");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
