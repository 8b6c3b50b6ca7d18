// The tests neither compile nor run this file. It is for Spring Boot 3, from 3.2, with Spring Security 6.
package com.example.site;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.logout.LogoutSuccessHandler;
import org.springframework.security.web.authentication.session.ChangeSessionIdAuthenticationStrategy;
import org.springframework.security.web.authentication.session.SessionAuthenticationStrategy;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.web.client.RestClientException;

@Configuration
class SecurityConfig {
    /** The same for Spring's filters, which read it, and for the controller, which writes it. */
    @Bean
    SecurityContextRepository securityContextRepository() {
        return new HttpSessionSecurityContextRepository();
    }

    /** What a login does with the session's id. For Spring's own logins, such as a form, and for the controller. */
    @Bean
    SessionAuthenticationStrategy sessionAuthenticationStrategy() {
        return new ChangeSessionIdAuthenticationStrategy();
    }

    @Bean
    SecurityFilterChain site(
            HttpSecurity http,
            SecurityContextRepository contexts,
            SessionAuthenticationStrategy strategy,
            Revocations revocations,
            LogoutSuccessHandler forget) throws Exception {
        return http
                // Before the session is read.
                .addFilterBefore(revocations::endSession, SecurityContextHolderFilter.class)
                .securityContext(context -> context.securityContextRepository(contexts))
                .sessionManagement(sessions -> sessions.sessionAuthenticationStrategy(strategy))
                .authorizeHttpRequests(requests ->
                        requests.requestMatchers("/login", "/login/otp", "/return-to.js", "/error").permitAll().anyRequest().authenticated())
                .exceptionHandling(errors -> errors.authenticationEntryPoint(
                        (request, response, error) -> response.sendRedirect("/login?next=" + pageOf(request))))
                // No session for everybody who asks for a page.
                .requestCache(cache -> cache.disable())
                // Spring's own: POST only, with the token of its protection from CSRF. It ends the session first.
                .logout(logout -> logout.logoutUrl("/logout").logoutSuccessHandler(forget))
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(
                        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")))
                .build();
    }

    /** The page that was asked for, for the query. */
    private static String pageOf(HttpServletRequest request) {
        var query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
        return URLEncoder.encode(request.getRequestURI() + query, StandardCharsets.UTF_8);
    }

    record Forget(List<List<String>> headers) {}

    /** Ends the browser's attempts too. The session has ended already, also where the service does not answer. */
    @Bean
    LogoutSuccessHandler forget(LoginService service) {
        return (request, response, authentication) -> {
            try {
                var forget = service.call(port -> port.get().uri("/forget").retrieve().body(Forget.class));
                if (forget != null && forget.headers() != null)
                    forget.headers().forEach(header -> response.addHeader(header.get(0), header.get(1)));
            } catch (RestClientException error) {
                // Its cookie is worth nothing without a new login.
            }
            response.sendRedirect("/login");
        };
    }
}
