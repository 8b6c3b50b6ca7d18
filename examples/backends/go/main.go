// A site with net/http and the login service. Its page says "Check your phone" once the site's app has scanned the code.
package main

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
)

var (
	origin   = cmp.Or(os.Getenv("ORIGIN"), "http://localhost:8000")
	port     = cmp.Or(os.Getenv("PORT"), "3001")
	services = regexp.MustCompile(", *").Split(cmp.Or(os.Getenv("LOGIN_SERVICE"), "http://127.0.0.1:8081"), -1)
	// Of two, the first: docs/rotating-secrets.md of the package.
	secret, _, _ = strings.Cut(os.Getenv("ONEGINI_LOGIN_INTERNAL_SECRET"), ",")
	// The app's own authentication stands in its place on a real site: this is the access token of one user, "user:token".
	appToken = os.Getenv("APP_TOKEN")
)

// Its transport uses no proxy of the environment, and it follows no redirect, because the calls have the secret.
var client = &http.Client{
	Timeout:       5 * time.Second,
	Transport:     &http.Transport{DialContext: (&net.Dialer{Timeout: 2 * time.Second}).DialContext},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send sends a call to the first internal port that takes a connection.
func send(method, path string, data []byte) (*http.Response, error) {
	var refused error
	for _, service := range services {
		request, err := http.NewRequest(method, service+path, bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", "Bearer "+secret)
		request.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(request)
		// Only what has not been sent goes to the next port. A ticket that was redeemed would be refused there.
		var connection *net.OpError
		if !errors.As(err, &connection) || connection.Op != "dial" {
			return answer, err
		}
		refused = err
	}
	return nil, refused
}

// call calls an internal port, and returns the status: 503 if there is no answer.
func call(method, path string, body, result any) int {
	data, err := json.Marshal(body)
	if err != nil {
		return http.StatusServiceUnavailable
	}
	answer, err := send(method, path, data)
	if err != nil {
		return http.StatusServiceUnavailable
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK && json.NewDecoder(answer.Body).Decode(result) != nil {
		return http.StatusServiceUnavailable
	}
	return answer.StatusCode
}

const sessionLife = 8 * time.Hour

type session struct {
	user, attempt    string
	approvedAt, ends time.Time
}

// The sessions of this process, by their ids. With several processes keep them in a database.
var (
	mutex    sync.Mutex
	sessions = map[string]session{}
	// When each user last logged out everywhere.
	sessionsSince = map[string]time.Time{}
)

func sessionCookie(value string, maxAge int) *http.Cookie {
	isHTTPS := strings.HasPrefix(origin, "https:")
	name := "session"
	if isHTTPS {
		name = "__Host-session" // no other host and no other path can set it
	}
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: isHTTPS, SameSite: http.SameSiteLaxMode}
}

// begin begins a session with a new random id.
func begin(w http.ResponseWriter, user, attempt string, approvedAt time.Time) {
	bytes := make([]byte, 32)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	id := base64.RawURLEncoding.EncodeToString(bytes)
	mutex.Lock()
	defer mutex.Unlock()
	for id, old := range sessions {
		if time.Now().After(old.ends) {
			delete(sessions, id)
		}
	}
	sessions[id] = session{user, attempt, approvedAt, time.Now().Add(sessionLife)}
	http.SetCookie(w, sessionCookie(id, int(sessionLife.Seconds())))
}

func current(r *http.Request) (session, bool) {
	cookie, err := r.Cookie(sessionCookie("", 0).Name)
	if err != nil {
		return session{}, false
	}
	mutex.Lock()
	found, ok := sessions[cookie.Value]
	mutex.Unlock()
	return found, ok && time.Now().Before(found.ends) && !isRevoked(found.user, found.approvedAt)
}

// isRevoked says whether the user has logged out everywhere since the phone accepted.
func isRevoked(user string, approvedAt time.Time) bool {
	mutex.Lock()
	defer mutex.Unlock()
	since, ok := sessionsSince[user]
	return ok && !approvedAt.After(since)
}

// end ends the session that the request belongs to.
func end(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(sessionCookie("", 0).Name); err == nil {
		mutex.Lock()
		defer mutex.Unlock()
		delete(sessions, cookie.Value)
	}
	http.SetCookie(w, sessionCookie("", -1))
}

var pages = template.Must(template.New("").Parse(`
{{define "login"}}<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>Log in</title>
  <script type="module" src="/otp-login/assets/onegini-otp-login.js"></script>
  <script type="module" src="/return-to.js"></script>
  {{with .}}<p role="alert">{{.}}</p>{{end}}
  <onegini-otp-login endpoint="/otp-login" redirect="/account"></onegini-otp-login>
</html>{{end}}
{{define "account"}}<!doctype html>
<html lang="en">
  <title>Account</title>
  <p>Logged in as {{.}}</p>
  <form method="post" action="/logout">
    <button>Log out</button> <button formaction="/logout-everywhere">Log out everywhere</button>
  </form>
</html>{{end}}`))

func show(w http.ResponseWriter, status int, page string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := pages.ExecuteTemplate(w, page, data); err != nil {
		log.Print(err)
	}
}

//go:embed return-to.js
var returnToScript string

var sitePath = regexp.MustCompile(`^/([A-Za-z0-9_@-][A-Za-z0-9_.~@:=,+/-]*)?(\?[!-~]{0,1000})?$`)

// nextPage is the page that was asked for. Anybody can name one, so it counts only if it is a path of this site.
func nextPage(r *http.Request) string {
	if page := r.URL.Query().Get("next"); sitePath.MatchString(page) {
		return page
	}
	return "/account"
}

func logIn(w http.ResponseWriter, r *http.Request) {
	// A ticket works once, and only with the cookies of the browser that began the login.
	body := map[string]string{"ticket": r.URL.Query().Get("ticket"), "cookie": r.Header.Get("Cookie")}
	var login struct {
		User    string `json:"user_id"`
		Attempt string `json:"attempt"`
		Login   struct {
			ApprovedAt time.Time `json:"approved_at"`
		} `json:"login"`
		SetCookie []string `json:"set_cookie"`
	}
	status := call("POST", "/redeem", body, &login)
	isTooOld := status == http.StatusOK && isRevoked(login.User, login.Login.ApprovedAt)
	switch {
	case status == http.StatusOK && !isTooOld:
		end(w, r)
		begin(w, login.User, login.Attempt, login.Login.ApprovedAt)
		// With the service's pairing they make this browser known to the user. So only with a login that the site takes.
		for _, cookie := range login.SetCookie {
			w.Header().Add("Set-Cookie", cookie)
		}
		http.Redirect(w, r, nextPage(r), http.StatusSeeOther)
	case status == http.StatusNotFound || isTooOld: // 404: unknown, used, too old, or another browser's
		http.Redirect(w, r, "/login?next="+url.QueryEscape(nextPage(r)), http.StatusSeeOther)
	default:
		show(w, http.StatusServiceUnavailable, "login", "Logging in does not work at the moment.")
	}
}

func account(w http.ResponseWriter, r *http.Request) {
	session, ok := current(r)
	if !ok {
		http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	show(w, http.StatusOK, "account", session.user)
}

// ownForms refuses a form of another site, which must not log anybody out. Browsers send the header with each POST.
func ownForms(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != origin {
			http.Error(w, "Forbidden", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

func logOutEverywhere(w http.ResponseWriter, r *http.Request) {
	if session, ok := current(r); ok {
		mutex.Lock()
		sessionsSince[session.user] = time.Now()
		mutex.Unlock()
		// With the service's pairing each of the user's browsers asks for the number again.
		if call("POST", "/forget-browsers", map[string]string{"user_id": session.user}, nil) != http.StatusNoContent {
			show(w, http.StatusServiceUnavailable, "login",
				"You are logged out everywhere, but your browsers are still known. Log in and try again.")
			return
		}
	}
	logOut(w, r)
}

func logOut(w http.ResponseWriter, r *http.Request) {
	end(w, r)
	var forget struct{ Headers [][2]string }
	call("GET", "/forget", nil, &forget)
	for _, header := range forget.Headers {
		w.Header().Add(header[0], header[1])
	}
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// appUser is who is logged in to the app that made the request.
func appUser(r *http.Request) (user string, ok bool) {
	user, token, ok := strings.Cut(appToken, ":")
	expected := sha256.Sum256([]byte("Bearer " + token))
	given := sha256.Sum256([]byte(r.Header.Get("Authorization")))
	return user, ok && subtle.ConstantTimeCompare(given[:], expected[:]) == 1
}

// scanned is called by the site's own app after it has scanned a code. It logs nobody in.
func scanned(w http.ResponseWriter, r *http.Request) {
	user, ok := appUser(r)
	if !ok {
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
		return
	}
	var scan struct {
		TransactionID string `json:"transaction_id"`
	}
	if json.NewDecoder(io.LimitReader(r.Body, 4096)).Decode(&scan) != nil {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	call("POST", "/scanned", map[string]any{
		"transaction_id": scan.TransactionID,
		"user_id":        user,
		"address":        browserAddress(r),
		"user_agent":     r.UserAgent(),
	}, nil)
	w.WriteHeader(http.StatusNoContent)
}

// browserAddress is the last address of X-Forwarded-For, which the one proxy in front has added; null if it is none.
func browserAddress(r *http.Request) any {
	addresses := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	if address := net.ParseIP(strings.TrimSpace(addresses[len(addresses)-1])); address != nil {
		return address.String()
	}
	return nil
}

func protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "+
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

func main() {
	if secret == "" {
		log.Fatal("ONEGINI_LOGIN_INTERNAL_SECRET is missing")
	}
	site := http.NewServeMux()
	site.Handle("GET /{$}", http.RedirectHandler("/account", http.StatusSeeOther))
	site.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) { show(w, http.StatusOK, "login", nil) })
	site.HandleFunc("GET /login/otp", logIn)
	site.HandleFunc("GET /return-to.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, returnToScript)
	})
	site.HandleFunc("GET /account", account)
	site.HandleFunc("POST /logout", ownForms(logOut))
	site.HandleFunc("POST /logout-everywhere", ownForms(logOutEverywhere))
	site.HandleFunc("POST /app/scanned", scanned)
	server := &http.Server{Addr: "127.0.0.1:" + port, Handler: protect(site), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}
