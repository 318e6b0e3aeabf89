using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Control.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Headgate.Api.Auth;

/// <summary><c>Authorization: Bearer KEY</c> (RFC 6750 section 2.1), where KEY is one of our API keys.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, KeyVerifier keys, FailureGate failures)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string SchemeName = "ApiKey";
    private const string Bearer = "Bearer ";

    private TimeSpan _wait;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0) return AuthenticateResult.NoResult();
        var text = header.Count == 1 ? header.ToString() : "";
        if (!text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.Fail("not a bearer key");
        var (key, address) = (text[Bearer.Length..].Trim(), Context.Connection.RemoteIpAddress);
        _wait = failures.Wait(address, key);
        if (_wait > TimeSpan.Zero) return AuthenticateResult.Fail("too many wrong keys");
        if (await keys.VerifyAsync(key, Context.RequestAborted) is not { } caller)
        {
            failures.Failed(address, key);
            return AuthenticateResult.Fail("unknown or revoked key");
        }

        failures.Opened(key);
        Context.Features.Set(caller);
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, caller.Actor), new Claim(ClaimTypes.Role, caller.Role.ToString())], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_wait > TimeSpan.Zero)
        {
            Response.Headers.RetryAfter = Math.Ceiling(_wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return ProblemResult.Of(
                ProblemCodes.TooManyFailures,
                "Too many keys from this address opened nothing, so this one was not looked at. Wait as Retry-After says, and use a valid key.")
                .ExecuteAsync(Context);
        }
        var given = Request.Headers.Authorization.Count > 0;
        Response.Headers[HeaderNames.WWWAuthenticate] = given ? "Bearer error=\"invalid_token\"" : "Bearer";
        var problem = given
            ? ProblemResult.Of(
                ProblemCodes.KeyInvalid,
                "The API key in the Authorization header is unknown, revoked, expired or disabled. Ask an admin for a new one.")
            : ProblemResult.Of(
                ProblemCodes.KeyMissing, "This address needs an API key. Send it in the header Authorization: Bearer KEY.");
        return problem.ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var role = Context.Features.Get<Caller>()?.Role.ToString().ToLowerInvariant();
        var whom = PermissionPolicy.AllowedBy(Context) is Allowed.Operators ? "operators and admins" : "admins";
        return ProblemResult.Of(
            ProblemCodes.AdminOnly, $"This address is for {whom}, and the API key has the role {role}. Ask one of them, or use a key of theirs.")
            .ExecuteAsync(Context);
    }
}

/// <summary>Who asks, for the handlers.</summary>
internal static class CallerOfRequest
{
    /// <summary>The bearer of the request's key, with its Idempotency-Key; present behind every route that needs a key.</summary>
    public static Caller Caller(this HttpContext http) => http.Features.GetRequiredFeature<Caller>();
}
