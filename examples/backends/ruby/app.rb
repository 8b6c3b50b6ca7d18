# A site with Sinatra and the login service.
require "erb"
require "json"
require "net/http"
require "rack/session"
require "sinatra"
require "time"

ORIGIN = ENV.fetch("ORIGIN", "http://localhost:8000")
SERVICES = ENV.fetch("LOGIN_SERVICE", "http://127.0.0.1:8081").split(/, */).map { |url| URI(url) }
# Of two, the first: docs/rotating-secrets.md of the package.
SECRET = ENV.fetch("ONEGINI_LOGIN_INTERNAL_SECRET").split(",").first
IS_HTTPS = ORIGIN.start_with?("https:")

# The sessions of this process. With several processes take a store that they share.
use Rack::Session::Pool,
    key: IS_HTTPS ? "__Host-session" : "session", path: "/", secure: IS_HTTPS, httponly: true, same_site: :lax
SESSION_LIFE = 8 * 3600
# When each user last logged out everywhere.
SESSIONS_SINCE = {}
set :sessions, false
set :bind, "127.0.0.1"

# Connects to the first internal port that takes a connection. No call has been sent to the others.
def connect_to_service
  SERVICES.each do |service|
    # nil: no proxy of the environment, because the call has the secret.
    http = Net::HTTP.new(service.host, service.port, nil)
    http.use_ssl = service.scheme == "https"
    http.open_timeout = 2
    http.read_timeout = 5
    http.max_retries = 0
    return http.start
  rescue SystemCallError, SocketError, Net::OpenTimeout
    next
  end
  raise SocketError, "No internal port takes a connection"
end

# Calls an internal port, once. Returns the status and the answer's JSON, and 503 where there is no answer.
def call_service(method, path, body = nil)
  headers = { "Authorization" => "Bearer #{SECRET}", "Content-Type" => "application/json" }
  http = connect_to_service
  answer = http.send_request(method, path, body && JSON.generate(body), headers)
  [answer.code.to_i, JSON.parse(answer.body || "{}")]
rescue SystemCallError, SocketError, IOError, Timeout::Error, Net::ProtocolError, JSON::ParserError
  [503, {}]
ensure
  http&.finish
end

def text(value) = value.to_s.dup.force_encoding(Encoding::UTF_8).scrub

before do
  headers "Cache-Control" => "no-store",
          "Content-Security-Policy" => "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " \
                                       "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
end

get("/") { redirect "/account", 303 }

get("/login") { erb :login }

# The page that was asked for. Anybody can name one, so it counts only if it is a path of this site.
def next_page
  page = text(params["next"])
  page.match?(%r{\A/([A-Za-z0-9_@-][A-Za-z0-9_.~@:=,+/-]*)?(\?[!-~]{0,1000})?\z}) ? page : "/account"
end

get "/login/otp" do
  # A ticket works once, and only with the cookies of the browser that began the login.
  status, login = call_service("POST", "/redeem", { ticket: text(params["ticket"]), cookie: text(env["HTTP_COOKIE"]) })
  unless [200, 404].include?(status)
    @message = "Logging in does not work at the moment."
    halt 503, erb(:login)
  end
  # 404: unknown, used, too old, or another browser's.
  if status == 404 || revoked?(login["user_id"], login["login"]["approved_at"])
    redirect "/login?next=#{ERB::Util.url_encode(next_page)}", 303
  end
  session.clear
  request.session_options[:renew] = true # a new id, and the old session is gone
  session[:user] = login["user_id"]
  session[:attempt] = login["attempt"]
  session[:approved_at] = login["login"]["approved_at"]
  session[:since] = Time.now.to_i
  # With the service's `pairing` they make this browser known to the user. So only with a login that the site takes.
  login.fetch("set_cookie", []).each { |cookie| response.add_header("Set-Cookie", cookie) }
  redirect next_page, 303
end

# Whether the user has logged out everywhere since the phone accepted.
def revoked?(user, approved_at)
  SESSIONS_SINCE.key?(user) && Time.iso8601(approved_at) <= SESSIONS_SINCE[user]
end

def logged_in?
  session[:user] && Time.now.to_i - session[:since] < SESSION_LIFE && !revoked?(session[:user], session[:approved_at])
end

get "/account" do
  redirect "/login?next=#{ERB::Util.url_encode(request.fullpath)}", 303 unless logged_in?
  erb :account
end

# Browsers send it with each POST. A form of another site must not log anybody out.
before %r{/logout(-everywhere)?} do
  halt 403, "Forbidden" if request.post? && env["HTTP_ORIGIN"] != ORIGIN
end

post "/logout-everywhere" do
  if logged_in?
    SESSIONS_SINCE[session[:user]] = Time.now
    # With the service's `pairing` each of the user's browsers asks for the number again.
    status, = call_service("POST", "/forget-browsers", { user_id: session[:user] })
    if status != 204
      @message = "You are logged out everywhere, but your browsers are still known. Log in and try again."
      halt 503, erb(:login)
    end
  end
  log_out
end

post("/logout") { log_out }

def log_out
  session.clear
  request.session_options[:drop] = true
  _status, forget = call_service("GET", "/forget")
  forget.fetch("headers", []).each { |name, value| response.add_header(name, value) }
  redirect "/login", 303
end

__END__

@@ login
<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>Log in</title>
  <script type="module" src="/otp-login/assets/onegini-otp-login.js"></script>
  <script type="module" src="/return-to.js"></script>
  <% if @message %><p role="alert"><%= ERB::Util.html_escape(@message) %></p><% end %>
  <onegini-otp-login endpoint="/otp-login" redirect="/account"></onegini-otp-login>
</html>

@@ account
<!doctype html>
<html lang="en">
  <title>Account</title>
  <p>Logged in as <%= ERB::Util.html_escape(session[:user]) %></p>
  <form method="post" action="/logout">
    <button>Log out</button> <button formaction="/logout-everywhere">Log out everywhere</button>
  </form>
</html>
