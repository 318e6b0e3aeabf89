using System.Globalization;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Headgate.Persistence.Engines;

/// <summary>The start on a PostgreSQL database: is it there, is it ours, is it of an age that we know; then one server at a time migrates.</summary>
internal static class PostgresStart
{
    /// <summary>The oldest that PostgreSQL's own project still mends, as <c>server_version_num</c>.</summary>
    public const int OldestVersion = 140_000;

    /// <summary>The lock of whoever migrates, within one database: "Headschm" in ASCII.</summary>
    private const long SchemaLock = 0x4865_6164_7363_686D;

    private const string HistoryTable = "__EFMigrationsHistory";

    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    /// <exception cref="DatabaseRefusedException">It cannot be used.</exception>
    public static async Task PrepareAsync(PostgresEngine engine, NpgsqlDataSource source, CancellationToken stop)
    {
        var guard = await ConnectAsync(engine, source, stop).ConfigureAwait(false);
        await using (guard.ConfigureAwait(false))
        {
            RequireNewEnough(engine, guard);
            await RequireUtf8Async(engine, guard, stop).ConfigureAwait(false);
            // Held by this connection until it is closed, so that servers that start at one instant migrate one after the other.
            await RunAsync(guard, "SET lock_timeout = 0; SET idle_session_timeout = 0", stop).ConfigureAwait(false);
            await RunAsync(guard, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_lock({SchemaLock})"), stop).ConfigureAwait(false);
            await RequireOursAsync(engine, guard, stop).ConfigureAwait(false);
            await MigrateAsync(engine, stop).ConfigureAwait(false);
            await RunAsync(guard, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_unlock({SchemaLock})"), stop).ConfigureAwait(false);
        }
    }

    private static async Task MigrateAsync(PostgresEngine engine, CancellationToken stop)
    {
        var context = engine.Open();
        await using (context.ConfigureAwait(false))
        {
            await SchemaCheck.RequireKnownAsync(context, engine.Address, stop).ConfigureAwait(false);
            try
            {
                await context.Database.MigrateAsync(stop).ConfigureAwait(false);
            }
            catch (PostgresException denied) when (denied.SqlState is PostgresErrorCodes.InsufficientPrivilege)
            {
                throw new DatabaseRefusedException("database-not-writable",
                    $"The login of {engine.Address} may not make tables there ({denied.MessageText}). Make it the owner of the database.", denied);
            }
        }
    }

    /// <summary>Waits for one that is just starting; what it refuses for good is told at once.</summary>
    private static async Task<NpgsqlConnection> ConnectAsync(PostgresEngine engine, NpgsqlDataSource source, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await source.OpenConnectionAsync(stop).ConfigureAwait(false);
            }
            catch (PostgresException refused) when (!PostgresFailures.IsAway(refused))
            {
                throw Refusal(engine, refused);
            }
            catch (Exception failure) when (PostgresFailures.IsAway(failure))
            {
                if (IsNoAddress(failure) || TimeProvider.System.GetElapsedTime(began) > engine.StartPatience)
                    throw new DatabaseRefusedException("database-unreachable",
                        $"The database {engine.Address} cannot be reached: {PostgresFailures.Told(failure)} Start PostgreSQL, or give another address with --database.", failure);
                await Task.Delay(AskAgain, stop).ConfigureAwait(false);
            }
        }
    }

    private static bool IsNoAddress(Exception failure) =>
        failure.GetBaseException() is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData };

    private static DatabaseRefusedException Refusal(PostgresEngine engine, PostgresException refused) => refused.SqlState switch
    {
        PostgresErrorCodes.InvalidCatalogName => new("database-not-found",
            $"There is no such database on that server: {engine.Address}. Make it (createdb), or give another with --database.", refused),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new("database-login-refused",
            $"{engine.Address} refused the login: {refused.MessageText}. Give the password in HEADGATE_DATABASE_PASSWORD or with " +
            "--database-password-file, or allow this login in pg_hba.conf.", refused),
        _ => new("database-refused", $"{engine.Address} refused the connection: {refused.MessageText} ({refused.SqlState}).", refused),
    };

    private static void RequireNewEnough(PostgresEngine engine, NpgsqlConnection connection)
    {
        var version = connection.PostgreSqlVersion;
        if (version.Major * 10_000 < OldestVersion)
            throw new DatabaseRefusedException("database-too-old",
                $"{engine.Address} is PostgreSQL {version}; {OldestVersion / 10_000} is the oldest that works. Upgrade it, or give another with --database.");
    }

    private static async Task RequireUtf8Async(PostgresEngine engine, NpgsqlConnection connection, CancellationToken stop)
    {
        var encoding = (string)(await AskAsync(connection, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()", stop).ConfigureAwait(false))!;
        if (encoding != "UTF8")
            throw new DatabaseRefusedException("database-encoding",
                $"The database {engine.Address} is encoded as {encoding}, which cannot hold every text. Make one with: createdb --encoding=UTF8 --template=template0 NAME.");
    }

    /// <summary>Ours, or empty.</summary>
    private static async Task RequireOursAsync(PostgresEngine engine, NpgsqlConnection connection, CancellationToken stop)
    {
        var tables = Convert.ToInt64(await AskAsync(connection,
            "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'", stop).ConfigureAwait(false), CultureInfo.InvariantCulture);
        var ours = Convert.ToInt64(await AskAsync(connection,
            $"SELECT count(*) FROM information_schema.tables WHERE table_name IN ('{HistoryTable}', 'OperationSubjects')", stop).ConfigureAwait(false), CultureInfo.InvariantCulture);
        if (tables > 0 && ours < 2)
            throw new DatabaseRefusedException("database-not-headgate",
                $"The database {engine.Address} holds {tables} table(s) of something else. Give Headgate a database of its own (createdb NAME).");
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false)) return await command.ExecuteScalarAsync(stop).ConfigureAwait(false);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 }; // another server may migrate for minutes
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
    }
}
