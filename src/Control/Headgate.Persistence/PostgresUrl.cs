using System.Globalization;
using System.Text.RegularExpressions;
using Headgate.Primitives;
using Npgsql;

namespace Headgate.Persistence;

/// <summary>
/// <c>postgres://USER@HOST:PORT/DATABASE?sslmode=…</c> as PostgreSQL's own programs take it (libpq, "Connection URIs"), with the
/// parameters <c>host</c> (the folder of a socket), <c>sslmode</c>, <c>sslrootcert</c>, <c>connect_timeout</c> and, of ours, <c>pool_size</c>.
/// </summary>
public static partial class PostgresUrl
{
    /// <summary>Connections of one server: two servers and the administrator's tools fit into PostgreSQL's usual 100.</summary>
    public const int DefaultPoolSize = 40;

    private const int DefaultPort = 5432;
    private const int ConnectSeconds = 5;
    private const int CommandSeconds = 30;
    private const int KeepAliveSeconds = 10; // of idle connections, above all of the one that listens

    /// <summary>
    /// Set by the database for our sessions: a server that hangs with the writers' lock (stopped, cut off from the network) loses it
    /// after these times; one that waits for it gives up sooner than its clients.
    /// </summary>
    private const string SessionSettings =
        "-c idle_in_transaction_session_timeout=30000 -c lock_timeout=20000 " +
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c timezone=UTC";

    /// <summary>Whether <paramref name="text"/> is meant as an address of PostgreSQL.</summary>
    public static bool IsOne(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal);
    }

    /// <summary>Whether a password stands in <paramref name="url"/>.</summary>
    public static bool HasPassword(string url) => Form().Match(url).Groups["password"].Success;

    /// <summary>The connection that <paramref name="url"/> stands for, with <paramref name="password"/> when one is given.</summary>
    public static Outcome<NpgsqlConnectionStringBuilder> Read(string url, string? password)
    {
        if (Form().Match(url) is not { Success: true, Groups: var parts }) return Invalid("it is not of the form postgres://USER@HOST:PORT/DATABASE");
        string Part(string name) => Uri.UnescapeDataString(parts[name].Value);
        if (Part("database").Length == 0) return Invalid("it names no database; the name stands behind the last slash");
        var built = new NpgsqlConnectionStringBuilder
        {
            Host = Part("host") is { Length: > 0 } host ? host.Trim('[', ']') : "localhost",
            Port = parts["port"].Success ? int.Parse(parts["port"].Value, CultureInfo.InvariantCulture) : DefaultPort,
            Database = Part("database"),
            Username = Part("user") is { Length: > 0 } user ? user : Environment.UserName,
            ApplicationName = "headgate",
            Timeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
            KeepAlive = KeepAliveSeconds,
            MaxPoolSize = DefaultPoolSize,
            Options = SessionSettings,
            IncludeErrorDetail = false, // the detail of a refused row is the row
        };
        if ((parts["password"].Success ? Part("password") : password) is { Length: > 0 } secret) built.Password = secret;
        foreach (var part in parts["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = part.Split('=', 2) is [var n, var v] ? (n, Uri.UnescapeDataString(v)) : (part, "");
            if (Set(built, name, value) is { } problem) return problem;
        }
        return built;
    }

    /// <summary>For people: without the password.</summary>
    public static string Show(NpgsqlConnectionStringBuilder connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.Host!.StartsWith('/')
            ? $"postgres://{connection.Username}@/{connection.Database}?host={connection.Host}&port={connection.Port}"
            : $"postgres://{connection.Username}@{(connection.Host.Contains(':', StringComparison.Ordinal) ? $"[{connection.Host}]" : connection.Host)}:{connection.Port}/{connection.Database}";
    }

    private static Fault? Set(NpgsqlConnectionStringBuilder built, string name, string value)
    {
        switch (name)
        {
            case "host":
                built.Host = value;
                return null;
            case "port" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port):
                built.Port = port;
                return null;
            case "sslmode" when Modes.TryGetValue(value, out var mode):
                built.SslMode = mode;
                return null;
            case "sslmode":
                return Invalid($"sslmode is '{value}'; it is one of {string.Join(", ", Modes.Keys)}");
            case "sslrootcert":
                built.RootCertificate = value;
                return null;
            case "connect_timeout" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
                built.Timeout = seconds;
                return null;
            case "pool_size" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= LeastPool and <= MostPool:
                built.MaxPoolSize = size;
                return null;
            case "port" or "connect_timeout" or "pool_size":
                return Invalid($"{name} is '{value}', which is no number that it can be");
            default:
                return Invalid($"it has a parameter '{name}'; there are host, port, sslmode, sslrootcert, connect_timeout and pool_size");
        }
    }

    private const int LeastPool = 4; // one that listens, one that writes, and some that read
    private const int MostPool = 1000;

    private static readonly Dictionary<string, SslMode> Modes = new(StringComparer.Ordinal)
    {
        ["disable"] = SslMode.Disable,
        ["allow"] = SslMode.Allow,
        ["prefer"] = SslMode.Prefer,
        ["require"] = SslMode.Require,
        ["verify-ca"] = SslMode.VerifyCA,
        ["verify-full"] = SslMode.VerifyFull,
    };

    // Not System.Uri, which takes no login without a host: postgres://USER@/DATABASE?host=/run/postgresql.
    [GeneratedRegex(@"^postgres(ql)?://((?<user>[^:@/?]*)(:(?<password>[^@/?]*))?@)?(?<host>\[[0-9A-Fa-f:.]+\]|[^:@/?\[\]]*)(:(?<port>[0-9]{1,5}))?(/(?<database>[^?/]*))?(\?(?<query>.*))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();

    private static Fault Invalid(string why) => new("database-url-invalid",
        $"The address of the database cannot be used: {why}. For example: postgres://headgate@db.example.org/headgate?sslmode=verify-full.", Recovery.FixRequest);
}
