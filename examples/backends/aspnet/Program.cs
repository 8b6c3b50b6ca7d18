// The tests neither compile nor run this file. It is for ASP.NET Core 8.
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.HttpOverrides;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration;
var isHttps = (settings["ORIGIN"] ?? "http://localhost:8000").StartsWith("https:");
var secret = settings["ONEGINI_LOGIN_INTERNAL_SECRET"] ?? throw new InvalidOperationException("ONEGINI_LOGIN_INTERNAL_SECRET is missing");
var securePolicy = isHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;

// The cookie holds the session, so a copy of it would outlive the log-out. With several processes keep these, and the keys of
// Data Protection, where all of them see them.
var sessionLife = TimeSpan.FromHours(8);
var endedAttempts = new ConcurrentDictionary<string, DateTimeOffset>();
// When each user last logged out everywhere.
var sessionsSince = new ConcurrentDictionary<string, DateTimeOffset>();
// Whether the user has logged out everywhere since the phone accepted.
bool IsRevoked(string user, DateTimeOffset approvedAt) => sessionsSince.TryGetValue(user, out var since) && approvedAt <= since;

// The internal ports of the service, in the order in which they are tried.
var ports = (settings["LOGIN_SERVICE"] ?? "http://127.0.0.1:8081")
    .Split(',', StringSplitOptions.TrimEntries).Select(address => new Uri(address)).ToArray();
builder.Services.AddHttpClient("login", client =>
{
    client.BaseAddress = ports[0];
    client.Timeout = TimeSpan.FromSeconds(5); // for all of them together
    client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret.Split(',')[0]); // of two, the first
}).AddHttpMessageHandler(() => new FirstOpenPort(ports)).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
{
    ConnectTimeout = TimeSpan.FromSeconds(2),
    UseProxy = false,
    AllowAutoRedirect = false,
    UseCookies = false,
});
builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
{
    options.Cookie.Name = isHttps ? "__Host-session" : "session";
    options.Cookie.SecurePolicy = securePolicy;
    options.Cookie.SameSite = SameSiteMode.Lax;
    options.ExpireTimeSpan = sessionLife;
    options.SlidingExpiration = false;
    options.Events.OnRedirectToLogin = context =>
    {
        var page = context.Request.Path + context.Request.QueryString;
        context.Response.Redirect("/login?next=" + Uri.EscapeDataString(page));
        return Task.CompletedTask;
    };
    options.Events.OnValidatePrincipal = context =>
    {
        var attempt = context.Principal?.FindFirstValue("attempt");
        var user = context.Principal?.Identity?.Name ?? "";
        if (attempt is null || endedAttempts.ContainsKey(attempt)
            || !DateTimeOffset.TryParse(context.Principal?.FindFirstValue("approved_at"), out var approvedAt)
            || IsRevoked(user, approvedAt)) context.RejectPrincipal();
        return Task.CompletedTask;
    };
});
builder.Services.AddAuthorization();
builder.Services.AddAntiforgery(options =>
{
    options.Cookie.Name = isHttps ? "__Host-antiforgery" : "antiforgery";
    options.Cookie.SecurePolicy = securePolicy;
});
// One proxy in front, on this machine: the default of KnownProxies is loopback.
builder.Services.Configure<ForwardedHeadersOptions>(options =>
    options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto);

var app = builder.Build();
app.UseForwardedHeaders();
app.Use((context, next) =>
{
    context.Response.OnStarting(() =>
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        return Task.CompletedTask;
    });
    return next(context);
});
app.UseStaticFiles(); // wwwroot/return-to.js
app.UseAuthentication();
app.UseAuthorization();

app.MapGet("/", () => Results.Redirect("/account"));
app.MapGet("/login", () => LoginPage(""));

app.MapGet("/login/otp", async (string? ticket, string? next, HttpContext context, IHttpClientFactory clients) =>
{
    Login? login;
    try
    {
        // A ticket works once, and only with the cookies of the browser that began the login.
        var body = new { ticket = ticket ?? "", cookie = context.Request.Headers.Cookie.ToString() };
        using var answer = await clients.CreateClient("login").PostAsJsonAsync("/redeem", body);
        if (answer.StatusCode == HttpStatusCode.NotFound) // unknown, used, too old, or another browser's
            return Results.Redirect($"/login?next={Uri.EscapeDataString(NextPage(next))}");
        answer.EnsureSuccessStatusCode();
        login = await answer.Content.ReadFromJsonAsync<Login>();
    }
    catch (Exception error) when (error is HttpRequestException or TaskCanceledException or JsonException)
    {
        app.Logger.LogError(error, "The login service does not work");
        login = null;
    }
    if (login is not { UserId.Length: > 0, Attempt.Length: > 0, Details: not null })
        return LoginPage("<p role=\"alert\">Logging in does not work at the moment.</p>", 503);
    var approvedAt = login.Details.ApprovedAt;
    if (IsRevoked(login.UserId, approvedAt))
        return Results.Redirect($"/login?next={Uri.EscapeDataString(NextPage(next))}");
    Claim[] claims = [new(ClaimTypes.Name, login.UserId), new("attempt", login.Attempt), new("approved_at", approvedAt.ToString("O"))];
    var identity = new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme);
    await context.SignInAsync(new ClaimsPrincipal(identity));
    // With the service's pairing they make this browser known to the user. So only with a login that the site takes.
    foreach (var cookie in login.SetCookie ?? []) context.Response.Headers.Append("Set-Cookie", cookie);
    return Results.Redirect(NextPage(next));
});

app.MapGet("/account", (HttpContext context, IAntiforgery antiforgery) =>
{
    var token = antiforgery.GetAndStoreTokens(context);
    var encode = HtmlEncoder.Default;
    return Page($"""
        <title>Account</title>
        <p>Logged in as {encode.Encode(context.User.Identity?.Name ?? "")}</p>
        <form method="post" action="/logout">
          <input type="hidden" name="{token.FormFieldName}" value="{encode.Encode(token.RequestToken ?? "")}">
          <button>Log out</button> <button formaction="/logout-everywhere">Log out everywhere</button>
        </form>
        """);
}).RequireAuthorization();

app.MapPost("/logout-everywhere", async (HttpContext context, IAntiforgery antiforgery, IHttpClientFactory clients) =>
{
    if (!await antiforgery.IsRequestValidAsync(context)) return Results.StatusCode(403);
    var user = context.User.Identity?.Name ?? "";
    sessionsSince[user] = DateTimeOffset.UtcNow;
    try
    {
        // With the service's pairing each of the user's browsers asks for the number again.
        using var answer = await clients.CreateClient("login").PostAsJsonAsync("/forget-browsers", new { user_id = user });
        answer.EnsureSuccessStatusCode();
    }
    catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
    {
        app.Logger.LogError(error, "The login service does not work");
        return LoginPage("<p role=\"alert\">You are logged out everywhere, but your browsers are still known. Log in and try again.</p>", 503);
    }
    return await LogOut(context, clients);
}).RequireAuthorization();

app.MapPost("/logout", async (HttpContext context, IAntiforgery antiforgery, IHttpClientFactory clients) =>
    // A form of another site must not log anybody out.
    await antiforgery.IsRequestValidAsync(context) ? await LogOut(context, clients) : Results.StatusCode(403));

app.Run();

async Task<IResult> LogOut(HttpContext context, IHttpClientFactory clients)
{
    var now = DateTimeOffset.UtcNow;
    foreach (var (old, at) in endedAttempts)
        if (now - at > sessionLife) endedAttempts.TryRemove(old, out _);
    if (context.User.FindFirstValue("attempt") is { } attempt) endedAttempts[attempt] = now;
    await context.SignOutAsync();
    try
    {
        var forget = await clients.CreateClient("login").GetFromJsonAsync<Forget>("/forget");
        foreach (var header in forget?.Headers ?? []) context.Response.Headers.Append(header[0], header[1]);
    }
    catch (Exception error) when (error is HttpRequestException or TaskCanceledException or JsonException)
    {
        // The session has ended all the same.
    }
    return Results.Redirect("/login");
}

// The page that was asked for. Anybody can name one, so it counts only if it is a path of this site.
static string NextPage(string? page) =>
    page is not null && Regex.IsMatch(page, @"^/([A-Za-z0-9_@-][A-Za-z0-9_.~@:=,+/-]*)?(\?[!-~]{0,1000})?\z") ? page : "/account";

static IResult Page(string content, int status = 200) =>
    Results.Content($"<!doctype html>\n<html lang=\"en\">\n{content}\n</html>", "text/html; charset=utf-8", null, status);

static IResult LoginPage(string message, int status = 200) => Page($"""
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Log in</title>
    <script type="module" src="/otp-login/assets/onegini-otp-login.js"></script>
    <script type="module" src="/return-to.js"></script>
    {message}
    <onegini-otp-login endpoint="/otp-login" redirect="/account"></onegini-otp-login>
    """, status);

// Sends a call to the first internal port that takes a connection.
class FirstOpenPort(Uri[] ports) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        for (var number = 0; ; number++)
        {
            request.RequestUri = new Uri(ports[number], request.RequestUri!.PathAndQuery);
            try
            {
                return await base.SendAsync(request, cancellation);
            }
            catch (Exception error) when (number + 1 < ports.Length && !cancellation.IsCancellationRequested && IsUnsent(error))
            {
                // The next port gets it.
            }
        }
    }

    // Only what has not been sent goes to the next port. A ticket that was redeemed would be refused there.
    static bool IsUnsent(Exception error) => error switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } => true,
        OperationCanceledException { InnerException: TimeoutException } => true, // ConnectTimeout
        _ => false,
    };
}

record Login(
    [property: JsonPropertyName("user_id")] string UserId,
    string Attempt,
    [property: JsonPropertyName("login")] LoginDetails? Details,
    [property: JsonPropertyName("set_cookie")] string[]? SetCookie);
record LoginDetails([property: JsonPropertyName("approved_at")] DateTimeOffset ApprovedAt);
record Forget(string[][] Headers);
