using Headgate.Control.Access;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Secrets;

namespace Headgate.Server;

/// <summary>The start on a database: reached, of a known schema, and with the key that seals its secrets.</summary>
internal static class DatabaseStart
{
    /// <summary>The key's file in the folder of keys.</summary>
    private const string KeyFile = "control.key";

    /// <summary>The database, ready to be used.</summary>
    /// <exception cref="StartupException">
    /// <c>database-url-invalid</c>, <c>password-file-unusable</c>, <c>database-unreachable</c>, <c>database-not-found</c>,
    /// <c>database-login-refused</c>, <c>database-refused</c>, <c>database-too-old</c>, <c>database-encoding</c>,
    /// <c>database-not-headgate</c>, <c>database-not-writable</c>, <c>database-newer</c>.
    /// </exception>
    public static async Task<HeadgateDatabase> OpenAsync(ServerOptions options, DataFolder data, CancellationToken stop)
    {
        var database = options.Database is { } given ? Postgres(given) : HeadgateDatabase.Sqlite(data.ControlDatabase);
        try
        {
            await database.MigrateAsync(stop);
            return database;
        }
        catch (DatabaseRefusedException refused)
        {
            database.Dispose();
            throw new StartupException(refused.Code, refused.Message);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>The box of secrets with the key in <paramref name="folder"/>, which is made for a fresh database only.</summary>
    /// <exception cref="StartupException"><c>key-missing</c>, <c>key-mismatch</c>.</exception>
    public static async Task<SecretBox> UnlockAsync(HeadgateDatabase database, string folder, CancellationToken stop)
    {
        var path = Path.Combine(folder, KeyFile);
        if (!File.Exists(path) && await KeyCheck.HasKeyAsync(database, stop))
            throw new StartupException("key-missing",
                $"The database {database.Address} has secrets that are sealed with a key, and there is no key at {path}. Restore that file from the " +
                "backup that belongs to this database, or give the folder that the other servers use with --keys DIR.");
        var box = Open(path);
        if (await KeyCheck.IsTheKeyAsync(database, box, stop)) return box;
        box.Dispose();
        throw new StartupException("key-mismatch",
            $"The key at {path} is not the one that seals the secrets of the database {database.Address}. Restore the file that belongs to this database, give the " +
            "folder that its other servers use with --keys DIR, or give another database.");
    }

    private static SecretBox Open(string path)
    {
        try
        {
            return SecretBox.OpenOrCreate(path);
        }
        catch (InvalidDataException damaged)
        {
            throw new StartupException("key-mismatch", damaged.Message);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new StartupException("key-unusable", $"The key at {path} cannot be read or made: {unusable.Message} Give another folder with --keys DIR.");
        }
    }

    private static HeadgateDatabase Postgres(DatabaseChoice given) => PostgresUrl.Read(given.Url, given.ReadPassword()) is var read
        && read is Outcome<Npgsql.NpgsqlConnectionStringBuilder>.Done { Value: var connection }
        ? HeadgateDatabase.Postgres(connection)
        : throw new StartupException(read.Problem!.Code, read.Problem.Message);
}
