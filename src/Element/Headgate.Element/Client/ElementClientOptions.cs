namespace Headgate.Element.Client;

/// <summary>Where a cluster is and how to talk to it.</summary>
public sealed record ElementClientOptions
{
    /// <summary>
    /// <c>https://MVIP[:port]</c>; a path of <c>/json-rpc/12.3</c> fixes the version as <see cref="ApiVersion"/> does. No
    /// user name or password in it.
    /// </summary>
    public required Uri Endpoint { get; init; }

    /// <summary>A cluster admin.</summary>
    public required string Username { get; init; }

    /// <summary>Sent with each request (basic authentication over TLS); never logged or printed.</summary>
    public required string Password { get; init; }

    /// <summary>Which certificate to accept.</summary>
    public ServerTrust Trust { get; init; } = ServerTrust.System;

    /// <summary>The version in the path, for example <c>12.3</c>; null: what GetAPI calls current.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>How long TCP and TLS may take. 5 s: a management network answers in milliseconds or is down.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a call may take in all. 60 s: creating and deleting on a busy cluster has been seen to take tens of seconds.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For the pauses between repeats and the time-outs.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Puts a handler around the network's: for tracing, and for tests that lose requests and replies.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? WrapHandler { get; init; }

    /// <summary>Null when usable, else one sentence that says what is wrong.</summary>
    public string? Problem()
    {
        if (!Endpoint.IsAbsoluteUri || Endpoint.Scheme != Uri.UriSchemeHttps)
            return $"the endpoint '{Endpoint}' is not an https address; the Element API is served over TLS only, for example https://10.0.0.5.";
        if (Endpoint.UserInfo.Length > 0) return "the endpoint carries a user name or password; give those apart.";
        if (Username.Length == 0 || Username.Contains(':', StringComparison.Ordinal))
            return "the user name is empty or contains a colon, which basic authentication cannot carry.";
        return null;
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"Element API at {Endpoint} as {Username}";
}
