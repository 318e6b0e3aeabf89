namespace Headgate.Api;

/// <summary>Every bound of the REST surface. A request outside one is answered with a 4xx, never buffered further.</summary>
public static class ApiLimits
{
    /// <summary>Largest request body. The biggest lawful one, a pool with its settings and certificates, is below 64 KiB.</summary>
    public const long BodyBytes = 1 << 20;

    /// <summary>Longest request line; Kestrel's own default. Longer ones get 414 from Kestrel.</summary>
    public const int RequestLineBytes = 8 << 10;

    /// <summary>All request headers together; half of Kestrel's default, as no cookies are used. More gets 431 from Kestrel.</summary>
    public const int HeaderBytes = 16 << 10;

    /// <summary>Deepest nesting of JSON; the contract itself nests three deep.</summary>
    public const int JsonDepth = 16;

    /// <summary>Longest Idempotency-Key; a UUID has 36 characters, leave room for prefixes.</summary>
    public const int IdempotencyKeyChars = 128;

    /// <summary>A comment goes out on a quiet event stream this often, so that proxies (60 s and up) keep it open.</summary>
    public static readonly TimeSpan EventStreamHeartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Event streams at once, all clients together: each holds a connection and asks the database once a second.</summary>
    public const int EventStreams = 256;
}
