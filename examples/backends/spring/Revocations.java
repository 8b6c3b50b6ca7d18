// The tests neither compile nor run this file. It is for Spring Boot 3, from 3.2, with Spring Security 6.
package com.example.site;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** When each user last logged out everywhere. With several processes keep it in a database, with your users. */
@Component
class Revocations {
    /** Attributes of a session. */
    static final String USER = "user";
    static final String APPROVED_AT = "approvedAt";

    private final Map<String, Instant> sessionsSince = new ConcurrentHashMap<>();

    void revoke(String user) {
        sessionsSince.put(user, Instant.now());
    }

    /** Whether the user has logged out everywhere since the phone accepted. */
    boolean isRevoked(String user, Instant approvedAt) {
        Instant since = sessionsSince.get(user);
        return since != null && !approvedAt.isAfter(since);
    }

    /** A filter: ends the session of a login that is revoked. */
    void endSession(ServletRequest request, ServletResponse response, FilterChain chain) throws IOException, ServletException {
        var session = ((HttpServletRequest) request).getSession(false);
        if (session != null
                && session.getAttribute(USER) instanceof String user
                && session.getAttribute(APPROVED_AT) instanceof Instant approvedAt
                && isRevoked(user, approvedAt)) session.invalidate();
        chain.doFilter(request, response);
    }
}
