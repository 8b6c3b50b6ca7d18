<?php
// A site with PHP and the login service. It needs no extension.
declare(strict_types=1);

define('ORIGIN', getenv('ORIGIN') ?: 'http://localhost:8000');
define('SERVICES', preg_split('/, */', getenv('LOGIN_SERVICE') ?: 'http://127.0.0.1:8081'));
define('IS_HTTPS', str_starts_with(ORIGIN, 'https:'));
define('SESSION_NAME', IS_HTTPS ? '__Host-session' : 'session');
const SESSION_LIFE = 8 * 3600;

/** Calls an internal port. Returns the status and the answer's JSON, and 503 where there is no answer. */
function call_service(string $method, string $path, ?array $body = null): array
{
    $options = [
        'method' => $method,
        // Of two secrets, the first: docs/rotating-secrets.md of the package.
        'header' => ['Authorization: Bearer ' . explode(',', getenv('ONEGINI_LOGIN_INTERNAL_SECRET'))[0], 'Content-Type: application/json'],
        'content' => $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE),
        'timeout' => 5,
        'follow_location' => 0,
        'ignore_errors' => true, // the status says what is wrong
    ];
    $connected = false;
    $notice = function (int $code) use (&$connected): void {
        $connected = $connected || $code === STREAM_NOTIFY_CONNECT;
    };
    $context = stream_context_create(['http' => $options], ['notification' => $notice]);
    foreach (SERVICES as $service) {
        $answer = @file_get_contents($service . $path, false, $context);
        if ($connected) {
            break; // Only what has not been sent goes to the next port. A ticket that was redeemed would be refused there.
        }
    }
    if ($answer === false || !preg_match('~^HTTP/\S+ (\d{3})~', $http_response_header[0] ?? '', $line)) {
        return [503, []];
    }
    $json = $line[1] === '204' ? [] : json_decode($answer, true);
    return is_array($json) ? [(int) $line[1], $json] : [503, []];
}

/** Continues the browser's session, or begins one. */
function open_session(): void
{
    session_start([
        'name' => SESSION_NAME,
        'use_strict_mode' => true,
        'cookie_path' => '/',
        'cookie_secure' => IS_HTTPS,
        'cookie_httponly' => true,
        'cookie_samesite' => 'Lax',
        'cache_limiter' => '',
        'gc_maxlifetime' => SESSION_LIFE,
    ]);
}

function user(): ?string
{
    if (!isset($_COOKIE[SESSION_NAME])) {
        return null; // no session for everybody who comes by
    }
    open_session();
    $is_new_enough = isset($_SESSION['approved_at']) && time() - $_SESSION['since'] < SESSION_LIFE;
    return $is_new_enough && !is_revoked($_SESSION['user'], $_SESSION['approved_at']) ? $_SESSION['user'] : null;
}

/** The file with the instant at which the user last logged out everywhere. In production keep it with your users. */
function since_file(string $user): string
{
    return sys_get_temp_dir() . '/sessions-since-' . hash('sha256', ORIGIN . $user);
}

/** Whether the user has logged out everywhere since the phone accepted. */
function is_revoked(string $user, string $approved_at): bool
{
    $since = @file_get_contents(since_file($user));
    return $since !== false && new DateTimeImmutable($approved_at) <= new DateTimeImmutable($since);
}

function go_to(string $path): never
{
    header("Location: $path", true, 303);
    exit;
}

function fail(int $status, string $message): never
{
    http_response_code($status);
    exit($message);
}

function show_login(?string $message = null): never
{
    ?>
<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>Log in</title>
  <script type="module" src="/otp-login/assets/onegini-otp-login.js"></script>
  <script type="module" src="/return-to.js"></script>
  <?= $message === null ? '' : '<p role="alert">' . htmlspecialchars($message) . '</p>' ?>

  <onegini-otp-login endpoint="/otp-login" redirect="/account"></onegini-otp-login>
</html>
    <?php
    exit;
}

function show_script(): never
{
    header('Content-Type: text/javascript');
    readfile(__DIR__ . '/return-to.js');
    exit;
}

/** The page that was asked for. Anybody can name one, so it counts only if it is a path of this site. */
function next_page(): string
{
    $page = $_GET['next'] ?? '';
    return is_string($page) && preg_match('#^/([A-Za-z0-9_@-][A-Za-z0-9_.~@:=,+/-]*)?(\?[!-~]{0,1000})?$#D', $page) ? $page : '/account';
}

function log_in(): never
{
    $ticket = $_GET['ticket'] ?? '';
    // A ticket works once, and only with the cookies of the browser that began the login.
    [$status, $login] = call_service('POST', '/redeem', [
        'ticket' => is_string($ticket) ? $ticket : '',
        'cookie' => $_SERVER['HTTP_COOKIE'] ?? '',
    ]);
    if ($status !== 200 && $status !== 404) {
        http_response_code(503);
        show_login('Logging in does not work at the moment.');
    }
    // 404: unknown, used, too old, or another browser's.
    if ($status === 404 || is_revoked($login['user_id'], $login['login']['approved_at'])) {
        go_to('/login?next=' . rawurlencode(next_page()));
    }
    open_session();
    session_regenerate_id(true); // a new id, and the old session is gone
    $_SESSION = [
        'user' => $login['user_id'],
        'attempt' => $login['attempt'],
        'approved_at' => $login['login']['approved_at'],
        'since' => time(),
    ];
    // With the service's `pairing` they make this browser known to the user. So only with a login that the site takes.
    foreach ($login['set_cookie'] ?? [] as $cookie) {
        header("Set-Cookie: $cookie", false);
    }
    go_to(next_page());
}

function show_account(): never
{
    $user = user() ?? go_to('/login?next=' . rawurlencode($_SERVER['REQUEST_URI']));
    ?>
<!doctype html>
<html lang="en">
  <title>Account</title>
  <p>Logged in as <?= htmlspecialchars($user) ?></p>
  <form method="post" action="/logout">
    <button>Log out</button> <button formaction="/logout-everywhere">Log out everywhere</button>
  </form>
</html>
    <?php
    exit;
}

/** Browsers send it with each POST. A form of another site must not log anybody out. */
function check_origin(): void
{
    if (($_SERVER['HTTP_ORIGIN'] ?? '') !== ORIGIN) {
        fail(403, 'Forbidden');
    }
}

function log_out_everywhere(): never
{
    check_origin();
    $user = user();
    if ($user !== null) {
        file_put_contents(since_file($user), (new DateTimeImmutable())->format('Y-m-d\TH:i:s.uP'), LOCK_EX);
        // With the service's `pairing` each of the user's browsers asks for the number again.
        [$status] = call_service('POST', '/forget-browsers', ['user_id' => $user]);
        if ($status !== 204) {
            http_response_code(503);
            show_login('You are logged out everywhere, but your browsers are still known. Log in and try again.');
        }
    }
    log_out();
}

function log_out(): never
{
    check_origin();
    session_status() === PHP_SESSION_ACTIVE || open_session();
    $_SESSION = [];
    session_destroy();
    $cookie = ['expires' => 1] + array_diff_key(session_get_cookie_params(), ['lifetime' => 0]);
    setcookie(session_name(), '', $cookie);
    [, $forget] = call_service('GET', '/forget');
    foreach ($forget['headers'] ?? [] as [$name, $value]) {
        header("$name: $value", false);
    }
    go_to('/login');
}

header('Cache-Control: no-store');
header("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    . "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
match ($_SERVER['REQUEST_METHOD'] . ' ' . $path) {
    'GET /' => go_to('/account'),
    'GET /login' => show_login(),
    'GET /login/otp' => log_in(),
    'GET /return-to.js' => show_script(),
    'GET /account' => show_account(),
    'POST /logout' => log_out(),
    'POST /logout-everywhere' => log_out_everywhere(),
    default => fail(404, 'Not found'),
};
