using System.Diagnostics;
using Headgate.Testing.Database;

namespace Headgate.Crash.Tests.Everywhere;

/// <summary>Backup and restore as docs/operations.md tells.</summary>
internal sealed partial class Site
{
    private string KeyFile => Path.Combine(_folder, _database is null ? "server0/keys" : "keys", "control.key");

    /// <summary><c>headgate backup</c> while the server works; the file.</summary>
    public async Task<string> BackUpAsync()
    {
        var to = Path.Combine(_folder, "backup");
        string[] database = _database is null ? [] : ["--database", _database.Url!];
        await RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "headgate.dll"), "backup", "--data", Path.Combine(_folder, "server0"), "--to", to, .. database]);
        return Directory.GetFiles(to).Single();
    }

    /// <summary>Server and database are gone; the backup is put into a fresh place, with the key or without.</summary>
    public async Task RestoreAsync(string backup, bool withKey)
    {
        Server(0).Kill();
        var key = Path.Combine(_folder, "key-kept-elsewhere");
        if (!File.Exists(key)) File.Copy(KeyFile, key);
        if (withKey) File.Copy(key, KeyFile, overwrite: true);
        else File.Delete(KeyFile);
        if (_database is null) RestoreFile(backup);
        else await RestoreDumpAsync(backup);
    }

    /// <summary>What the server says that does not start.</summary>
    public async Task<string> RefusalAsync()
    {
        using var server = ServerProcess.Begin(Path.Combine(_folder, "server0"), _ports[0], Options());
        await server.ExitedAsync();
        return server.Output;
    }

    private void RestoreFile(string backup)
    {
        var database = Path.Combine(_folder, "server0", "control", "headgate.db");
        foreach (var old in new[] { database, database + "-wal", database + "-shm" }) File.Delete(old);
        File.Copy(backup, database);
    }

    private async Task RestoreDumpAsync(string backup)
    {
        await _database!.DisposeAsync();
        _database = await TestDatabase.CreatePostgresAsync(migrated: false);
        await RunAsync(Path.Combine(PostgresServer.Folder, "pg_restore"), ["--no-owner", "--exit-on-error", $"--dbname={_database.ConnectionUri}", backup]);
    }

    private static async Task RunAsync(string program, IEnumerable<string> args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program}: {string.Concat(said)}");
    }
}
