using System.Diagnostics;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Headgate.Server.Backup;

/// <summary>
/// Writes the database as it is at one moment, while servers work on it: SQLite page by page by its own backup, PostgreSQL by
/// <c>pg_dump</c>. Never the key that seals its secrets: whoever finds a backup shall not be able to read them.
/// </summary>
internal static class DatabaseBackup
{
    /// <summary>Name of the file that a SQLite database is written to.</summary>
    public const string SqliteFile = "headgate.db";

    /// <summary>Name of the file that a PostgreSQL database is written to, in pg_dump's custom format.</summary>
    public const string PostgresFile = "headgate.dump";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Writes it to a new file in <paramref name="folder"/>, on the disk when this returns; answers with the file's path.</summary>
    /// <exception cref="StartupException"><c>backup-exists</c>, <c>backup-failed</c>, <c>pg-dump-missing</c>, <c>database-not-found</c>, <c>database-url-invalid</c>.</exception>
    public static async Task<string> WriteAsync(DatabaseChoice? choice, string dataFolder, string folder, CancellationToken stop)
    {
        Directory.CreateDirectory(folder, OwnerOnly);
        var path = Path.Combine(folder, choice is null ? SqliteFile : PostgresFile);
        if (File.Exists(path))
            throw new StartupException("backup-exists", $"There is a backup at {path} already, which is not written over. Give another folder with --to DIR.");
        var draft = path + ".part"; // whole or not at all
        try
        {
            if (choice is null) CopySqlite(DataFolder.DatabaseIn(dataFolder), draft);
            else await DumpPostgresAsync(choice, draft, stop);
            using (var whole = new FileStream(draft, FileMode.Open, FileAccess.ReadWrite)) whole.Flush(flushToDisk: true);
            File.Move(draft, path);
            return path;
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException("backup-failed", $"The backup could not be written to {path}: {failure.Message}");
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static void CopySqlite(string database, string draft)
    {
        if (!File.Exists(database))
            throw new StartupException("database-not-found", $"There is no database at {database}. Give the server's data folder with --data DIR, or its --database.");
        using var from = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString);
        using var to = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = draft, Pooling = false }.ConnectionString);
        from.Open();
        to.Open();
        from.BackupDatabase(to);
    }

    private static async Task DumpPostgresAsync(DatabaseChoice choice, string draft, CancellationToken stop)
    {
        var read = PostgresUrl.Read(choice.Url, choice.ReadPassword());
        if (read is not Outcome<NpgsqlConnectionStringBuilder>.Done { Value: var connection }) throw new StartupException(read.Problem!.Code, read.Problem.Message);
        var start = new ProcessStartInfo(FindDump()) { RedirectStandardError = true };
        foreach (var word in new[] { "--format=custom", "--no-password", $"--file={draft}", $"--host={connection.Host}", $"--port={connection.Port}", $"--username={connection.Username}", $"--dbname={connection.Database}" })
            start.ArgumentList.Add(word);
        if (connection.Password is { Length: > 0 } password) start.Environment["PGPASSWORD"] = password;
        start.Environment["PGSSLMODE"] = SslModeOf(connection.SslMode);
        if (connection.RootCertificate is { } certificate) start.Environment["PGSSLROOTCERT"] = certificate;
        using var dump = Process.Start(start)!;
        var said = await dump.StandardError.ReadToEndAsync(stop);
        await dump.WaitForExitAsync(stop);
        if (dump.ExitCode != 0) throw new StartupException("backup-failed", $"pg_dump of {PostgresUrl.Show(connection)} failed: {said.Trim()}");
    }

    private static string SslModeOf(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };

    /// <summary>The newest that there is: it reads older servers too, an older one does not read newer servers.</summary>
    private static string FindDump()
    {
        const string Name = "pg_dump";
        const string Debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(Debian) ? Directory.GetDirectories(Debian).OrderByDescending(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin")) : [];
        return versions.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Select(folder => Path.Combine(folder, Name)).FirstOrDefault(File.Exists)
            ?? throw new StartupException("pg-dump-missing", "A PostgreSQL database is backed up with pg_dump, which is not installed here. Install it (Debian: postgresql-client), or run it elsewhere.");
    }
}
