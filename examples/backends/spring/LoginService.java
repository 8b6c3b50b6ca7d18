// The tests neither compile nor run this file. It is for Spring Boot 3, from 3.2, with Spring Security 6.
package com.example.site;

import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/** The internal ports of the login service, in the order in which they are tried. */
@Component
class LoginService {
    private final List<RestClient> ports;

    LoginService(@Value("${login.service}") String[] addresses, @Value("${login.secret}") String secret) {
        var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                // The secret goes to these addresses, never to a proxy of the JVM's settings, nor where a redirect leads.
                .proxy(HttpClient.Builder.NO_PROXY)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        var requests = new JdkClientHttpRequestFactory(client);
        requests.setReadTimeout(Duration.ofSeconds(5));
        ports = Stream.of(addresses)
                .map(address -> RestClient.builder()
                        .baseUrl(address)
                        .defaultHeader("Authorization", "Bearer " + secret.split(",")[0]) // of two, the first
                        .requestFactory(requests)
                        .build())
                .toList();
    }

    /** Makes a call at the first internal port that takes a connection. */
    <T> T call(Function<RestClient, T> call) {
        ResourceAccessException refused = null;
        for (RestClient port : ports) {
            try {
                return call.apply(port);
            } catch (ResourceAccessException error) {
                // Only what has not been sent goes to the next port. A ticket that was redeemed would be refused there.
                var cause = error.getCause();
                if (!(cause instanceof ConnectException) && !(cause instanceof HttpConnectTimeoutException)) throw error;
                refused = error;
            }
        }
        throw refused;
    }
}
