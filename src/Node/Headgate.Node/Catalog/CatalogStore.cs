using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Data.Sqlite;

namespace Headgate.Node.Catalog;

/// <summary>
/// The catalog on disk: SQLite in WAL mode with synchronous=FULL, so that a committed change outlives power loss; a table
/// of id → JSON document per kind of object, and one of settings. Used by one thread at a time.
/// </summary>
internal sealed class CatalogStore : IDisposable
{
    /// <summary>Version of the layout, in <c>PRAGMA user_version</c>. A newer one is refused, an older one upgraded.</summary>
    private const int SchemaVersion = 1;

    private const string IdentityKey = "identity";
    private const string DefaultQosKey = "default-qos";
    private const string LastIdKey = "last-id/";

    private readonly SqliteConnection _connection;

    private CatalogStore(SqliteConnection connection) => _connection = connection;

    /// <exception cref="StorageNodeException">The file is of a newer version, or no database.</exception>
    public static CatalogStore Open(string path)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();
        var store = new CatalogStore(new SqliteConnection(text));
        try
        {
            store._connection.Open();
            store.Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
            store.Upgrade(path);
            return store;
        }
        catch (SqliteException problem)
        {
            store.Dispose();
            throw new StorageNodeException(
                "data-folder-unusable",
                $"The catalog {path} cannot be opened ({problem.Message}). Restore node.db, node.db-wal and keys/node.key " +
                "together from one backup.", problem);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Reads everything; null when the database is new.</summary>
    public CatalogState? Load(CatalogSeals seals, CatalogIds ids)
    {
        if (ReadSetting(IdentityKey) is not { } identity) return null;
        var state = new CatalogState { Identity = seals.Open(JsonSerializer.Deserialize(identity, CatalogJson.Default.ClusterIdentity)!) };
        if (ReadSetting(DefaultQosKey) is { } qos)
            state = state with { DefaultQos = JsonSerializer.Deserialize(qos, CatalogJson.Default.QosValues) };
        foreach (var row in Read(CatalogTable.Accounts, CatalogJson.Default.Account)) state = state.Put(seals.Open(row));
        foreach (var row in Read(CatalogTable.Initiators, CatalogJson.Default.Initiator)) state = state.Put(seals.Open(row));
        foreach (var row in Read(CatalogTable.Policies, CatalogJson.Default.QosPolicy)) state = state.Put(row);
        foreach (var row in Read(CatalogTable.Volumes, CatalogJson.Default.Volume)) state = state.Put(row);
        foreach (var row in Read(CatalogTable.GroupSnapshots, CatalogJson.Default.GroupSnapshot)) state = state.Put(row);
        foreach (var row in Read(CatalogTable.Snapshots, CatalogJson.Default.Snapshot)) state = state.Put(row);
        foreach (var row in Read(CatalogTable.Groups, CatalogJson.Default.AccessGroup)) state = state.Put(row);
        foreach (var row in Read(CatalogTable.AsyncResults, CatalogJson.Default.AsyncResult)) state = state.Put(row);
        foreach (var row in Read(CatalogTable.Reservations, CatalogJson.Default.VolumeReservations)) state = state.Put(row);
        foreach (var table in Enum.GetValues<CatalogTable>())
        {
            if (ReadSetting(LastIdKey + table) is { } last) ids.Restore(table, long.Parse(last, CultureInfo.InvariantCulture));
        }
        return state;
    }

    /// <summary>Writes a change and the last ids in one transaction; on disk when it returns.</summary>
    public void Commit(CatalogEdit edit, CatalogIds ids)
    {
        using var transaction = _connection.BeginTransaction();
        foreach (var row in edit.Rows)
        {
            if (row.Document is { } document) WriteRow(row.Table, row.Id, document, transaction);
            else DeleteRow(row.Table, row.Id, transaction);
        }
        foreach (var table in edit.Rows.Select(row => row.Table).Distinct())
            WriteSetting(LastIdKey + table, ids.Last(table).ToString(CultureInfo.InvariantCulture), transaction);
        WriteSetting(LastIdKey + CatalogTable.Clones, ids.Last(CatalogTable.Clones).ToString(CultureInfo.InvariantCulture), transaction);
        if (edit.NewIdentity is { } identity)
            WriteSetting(IdentityKey, JsonSerializer.Serialize(identity, CatalogJson.Default.ClusterIdentity), transaction);
        if (edit.NewDefaultQos is { } qos)
            WriteSetting(DefaultQosKey, JsonSerializer.Serialize(qos, CatalogJson.Default.QosValues), transaction);
        transaction.Commit();
    }

    public void Dispose() => _connection.Dispose();

    private static string NameOf(CatalogTable table) => table switch
    {
        CatalogTable.Accounts => "accounts",
        CatalogTable.Volumes => "volumes",
        CatalogTable.Snapshots => "snapshots",
        CatalogTable.GroupSnapshots => "group_snapshots",
        CatalogTable.Groups => "access_groups",
        CatalogTable.Initiators => "initiators",
        CatalogTable.Policies => "qos_policies",
        CatalogTable.AsyncResults => "async_results",
        CatalogTable.Reservations => "reservations",
        _ => throw new ArgumentOutOfRangeException(nameof(table), table, "has no rows"),
    };

    private void Upgrade(string path)
    {
        var found = Convert.ToInt32(Scalar("PRAGMA user_version"), CultureInfo.InvariantCulture);
        if (found > SchemaVersion)
            throw new StorageNodeException(
                "data-folder-too-new",
                $"The catalog {path} has layout {found}; this program knows layouts up to {SchemaVersion}. Start the version " +
                "that wrote it, or a newer one.");
        using var transaction = _connection.BeginTransaction();
        Run("CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT", transaction);
        foreach (var table in Enum.GetValues<CatalogTable>().Where(table => table != CatalogTable.Clones))
            Run($"CREATE TABLE IF NOT EXISTS {NameOf(table)} (id INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT", transaction);
        Run($"PRAGMA user_version = {SchemaVersion}", transaction);
        transaction.Commit();
    }

    private List<T> Read<T>(CatalogTable table, JsonTypeInfo<T> type)
    {
        using var command = Command($"SELECT document FROM {NameOf(table)} ORDER BY id", null);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(JsonSerializer.Deserialize(reader.GetString(0), type)!);
        return rows;
    }

    private void WriteRow(CatalogTable table, long id, string document, SqliteTransaction transaction)
    {
        var sql = $"INSERT INTO {NameOf(table)} (id, document) VALUES ($id, $document) " +
            "ON CONFLICT (id) DO UPDATE SET document = excluded.document";
        using var command = Command(sql, transaction);
        command.Parameters.AddWithValue("$id", id);
        command.Parameters.AddWithValue("$document", document);
        command.ExecuteNonQuery();
    }

    private void DeleteRow(CatalogTable table, long id, SqliteTransaction transaction)
    {
        using var command = Command($"DELETE FROM {NameOf(table)} WHERE id = $id", transaction);
        command.Parameters.AddWithValue("$id", id);
        command.ExecuteNonQuery();
    }

    private string? ReadSetting(string key)
    {
        using var command = Command("SELECT value FROM settings WHERE key = $key", null);
        command.Parameters.AddWithValue("$key", key);
        return command.ExecuteScalar() as string;
    }

    private void WriteSetting(string key, string value, SqliteTransaction transaction)
    {
        const string sql = "INSERT INTO settings (key, value) VALUES ($key, $value) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        using var command = Command(sql, transaction);
        command.Parameters.AddWithValue("$key", key);
        command.Parameters.AddWithValue("$value", value);
        command.ExecuteNonQuery();
    }

    private void Run(string sql, SqliteTransaction? transaction = null)
    {
        using var command = Command(sql, transaction);
        command.ExecuteNonQuery();
    }

    private object? Scalar(string sql)
    {
        using var command = Command(sql, null);
        return command.ExecuteScalar();
    }

    private SqliteCommand Command(string sql, SqliteTransaction? transaction)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // table names come from NameOf, values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        return command;
    }
}
