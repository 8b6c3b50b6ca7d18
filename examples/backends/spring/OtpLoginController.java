// The tests neither compile nor run this file. It is for Spring Boot 3, from 3.2, with Spring Security 6.
package com.example.site;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.session.SessionAuthenticationStrategy;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClientException;
import org.springframework.web.util.HtmlUtils;

import static java.nio.charset.StandardCharsets.UTF_8;

@RestController
class OtpLoginController {
    private static final Logger log = LoggerFactory.getLogger(OtpLoginController.class);

    record Login(
            @JsonProperty("user_id") String userId,
            String attempt,
            Details login,
            @JsonProperty("set_cookie") List<String> setCookie) {}

    record Details(@JsonProperty("approved_at") Instant approvedAt) {}

    private final LoginService service;
    private final Revocations revocations;
    private final SessionAuthenticationStrategy sessions;
    private final SecurityContextRepository contexts;
    private final ApplicationEventPublisher events;

    OtpLoginController(
            LoginService service,
            Revocations revocations,
            SessionAuthenticationStrategy sessions,
            SecurityContextRepository contexts,
            ApplicationEventPublisher events) {
        this.service = service;
        this.revocations = revocations;
        this.sessions = sessions;
        this.contexts = contexts;
        this.events = events;
    }

    @GetMapping("/")
    ResponseEntity<String> start() {
        return redirect("/account");
    }

    @GetMapping(path = "/login", produces = MediaType.TEXT_HTML_VALUE)
    String login() {
        return loginPage("");
    }

    @GetMapping("/login/otp")
    ResponseEntity<String> logIn(
            @RequestParam(defaultValue = "") String ticket,
            @RequestParam(defaultValue = "") String next,
            @RequestHeader(name = "Cookie", defaultValue = "") String cookie,
            HttpServletRequest request,
            HttpServletResponse response) {
        Login login;
        try {
            // #region redeem
            // A ticket works once, and only with the cookies of the browser that began the login.
            login = service.call(port -> port.post()
                    .uri("/redeem")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(Map.of("ticket", ticket, "cookie", cookie))
                    .retrieve()
                    .body(Login.class));
            // #endregion redeem
        } catch (HttpClientErrorException.NotFound error) {
            // unknown, used, too old, or another browser's
            return redirect("/login?next=" + URLEncoder.encode(nextPage(next), UTF_8));
        } catch (RestClientException error) {
            log.error("The login service does not work", error);
            return notWorking();
        }
        // No exception comes with a redirect, or with the answer of another server.
        if (login == null || !StringUtils.hasText(login.userId()) || !StringUtils.hasText(login.attempt()) || login.login() == null) {
            log.error("login.service is not the internal port of the login service");
            return notWorking();
        }
        if (revocations.isRevoked(login.userId(), login.login().approvedAt()))
            return redirect("/login?next=" + URLEncoder.encode(nextPage(next), UTF_8));

        // To let in only users that you know, and for their roles, ask your UserDetailsService here.
        // #region redeem
        var authorities = AuthorityUtils.createAuthorityList("ROLE_USER");
        Authentication user = UsernamePasswordAuthenticationToken.authenticated(login.userId(), null, authorities);
        // #endregion redeem

        // A new session: nothing of an older one stays. Tomcat may give it the id of the old one, which the strategy changes.
        var old = request.getSession(false);
        if (old != null) old.invalidate();
        var session = request.getSession(true);
        session.setAttribute("attempt", login.attempt());
        session.setAttribute(Revocations.USER, login.userId());
        session.setAttribute(Revocations.APPROVED_AT, login.login().approvedAt());

        // The steps of AbstractAuthenticationProcessingFilter, which Spring's own logins go through, in its order.
        // #region redeem
        sessions.onAuthentication(user, request, response);
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(user);
        SecurityContextHolder.setContext(context);
        contexts.saveContext(context, request, response);
        // #endregion redeem
        events.publishEvent(new InteractiveAuthenticationSuccessEvent(user, getClass()));
        // With the service's pairing they make this browser known to the user. So only with a login that the site takes.
        if (login.setCookie() != null) login.setCookie().forEach(each -> response.addHeader("Set-Cookie", each));
        // #region redeem
        return redirect(nextPage(next));
        // #endregion redeem
    }

    /** Its form has Spring's token, as each {@code POST}. */
    @PostMapping("/logout-everywhere")
    ResponseEntity<String> logOutEverywhere(Authentication user) {
        revocations.revoke(user.getName());
        try {
            // With the service's pairing each of the user's browsers asks for the number again.
            service.call(port -> port.post()
                    .uri("/forget-browsers")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(Map.of("user_id", user.getName()))
                    .retrieve()
                    .toBodilessEntity());
        } catch (RestClientException error) {
            log.error("The login service does not work", error);
            return notWorking("You are logged out everywhere, but your browsers are still known. Log in and try again.");
        }
        return redirect("/login");
    }

    /** The page that was asked for. Anybody can name one, so it counts only if it is a path of this site. */
    private static String nextPage(String page) {
        return page.matches("/([A-Za-z0-9_@-][A-Za-z0-9_.~@:=,+/-]*)?(\\?[!-~]{0,1000})?") ? page : "/account";
    }

    @GetMapping(path = "/account", produces = MediaType.TEXT_HTML_VALUE)
    String account(Authentication user, CsrfToken csrf) {
        return """
                <!doctype html>
                <html lang="en">
                  <title>Account</title>
                  <p>Logged in as %s</p>
                  <form method="post" action="/logout">
                    <input type="hidden" name="%s" value="%s">
                    <button>Log out</button> <button formaction="/logout-everywhere">Log out everywhere</button>
                  </form>
                </html>
                """
                .formatted(
                        HtmlUtils.htmlEscape(user.getName()), csrf.getParameterName(), HtmlUtils.htmlEscape(csrf.getToken()));
    }

    private static ResponseEntity<String> notWorking() {
        return notWorking("Logging in does not work at the moment.");
    }

    private static ResponseEntity<String> notWorking(String message) {
        return ResponseEntity.status(503)
                .contentType(MediaType.TEXT_HTML)
                .body(loginPage("<p role=\"alert\">" + message + "</p>"));
    }

    private static ResponseEntity<String> redirect(String path) {
        return ResponseEntity.status(303).header("Location", path).build();
    }

    private static String loginPage(String message) {
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
                """
                .formatted(message);
    }
}
