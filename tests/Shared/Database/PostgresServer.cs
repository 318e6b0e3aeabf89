using System.Diagnostics;
using Npgsql;

namespace Headgate.Testing.Database;

/// <summary>
/// A real PostgreSQL of this test process's own, in a temporary folder, on a Unix socket there and nowhere else. It ends with the
/// process, however that ends: a shell between the two waits for the end of its standard input.
/// </summary>
internal sealed class PostgresServer
{
    private const string Superuser = "postgres";
    private const string User = "headgate"; // what a server is given: the owner of its database, and nothing more
    private const string Nobody = "65534"; // initdb and postgres refuse to run as root

    private static readonly Lazy<Task<PostgresServer>> Started = new(StartAsync);
    private static readonly string? Programs = FindPrograms();

    private readonly string _folder;
    private readonly Process _shell;

    private PostgresServer(string folder, Process shell) => (_folder, _shell) = (folder, shell);

    /// <summary>Why there is none; null when there is.</summary>
    public static string? WhyMissing { get; } = Programs is null
        ? "PostgreSQL is not installed (apt-get install postgresql)"
        : Environment.UserName == "root" && !File.Exists("/usr/bin/setpriv") ? "PostgreSQL refuses to run as root, and there is no setpriv (util-linux)" : null;

    /// <summary>For "CREATE DATABASE … OWNER".</summary>
    public static string Owner => User;

    /// <summary>The folder of its programs.</summary>
    public static string Folder => Programs ?? throw new InvalidOperationException(WhyMissing);

    /// <summary>The one of this process, started when it is first asked for.</summary>
    public static Task<PostgresServer> GetAsync() => Started.Value;

    /// <summary>A connection to one of its databases.</summary>
    public string Url(string database) => $"postgres://{User}@/{database}?host={Uri.EscapeDataString(_folder)}&pool_size=20";

    /// <summary>The same for PostgreSQL's own programs.</summary>
    public string ConnectionUri(string database) => $"postgres://{User}@/{database}?host={Uri.EscapeDataString(_folder)}";

    /// <summary>Runs statements in <paramref name="database"/>, past everything of ours.</summary>
    public async Task RunAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder { Host = _folder, Username = Superuser, Database = database, Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stops it as an operator would ("fast": sessions are ended, open transactions undone), and starts it again.</summary>
    public async Task RestartAsync()
    {
        await _shell.StandardInput.WriteLineAsync("restart");
        await _shell.StandardInput.FlushAsync();
    }

    private static string? FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        return versions.Select(version => Path.Combine(version, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    private static async Task<PostgresServer> StartAsync()
    {
        // A socket's path has at most 107 bytes, so not below a deep folder.
        var folder = Directory.CreateTempSubdirectory("hg-pg-").FullName;
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Environment.UserName == "root")
        {
            Process.Start("chown", [$"{Nobody}:{Nobody}", folder]).WaitForExit();
            start.FileName = "/usr/bin/setpriv";
            foreach (var word in new[] { $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "/bin/sh" }) start.ArgumentList.Add(word);
        }
        else start.FileName = "/bin/sh";
        // Nothing of it has to survive the machine, so nothing is flushed. Many connections: many tests at once, each with its pools.
        var script = $$"""
            cd '{{folder}}' || exit 1
            '{{Programs}}/initdb' -D data -U {{Superuser}} -A trust -E UTF8 --locale=C.UTF-8 --no-sync >initdb.log 2>&1 || exit 1
            start() { '{{Programs}}/postgres' -D '{{folder}}/data' -k '{{folder}}' -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
              -c max_connections=400 -c shared_buffers=64MB -c autovacuum=off -c max_wal_size=256MB -c log_min_messages=fatal >postgres.log 2>&1 & pid=$!; }
            start
            while read -r _; do kill -INT $pid; wait $pid; start; done
            kill -QUIT $pid
            wait $pid
            cd / && rm -rf '{{folder}}'
            """;
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        var server = new PostgresServer(folder, Process.Start(start)!);
        await server.ReadyAsync();
        await server.RunAsync("postgres", $"CREATE ROLE {User} LOGIN");
        return server;
    }

    private async Task ReadyAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await RunAsync("postgres", "SELECT 1");
                return;
            }
            catch (NpgsqlException) when (!_shell.HasExited && Stopwatch.GetElapsedTime(began) < Patience.Long)
            {
                await Task.Delay(20); // there is no event to wait for from a process that is not ours
            }
        }
    }
}
