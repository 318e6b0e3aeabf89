namespace Headgate.Server;

/// <summary>
/// The data folder, held by one process at a time:
/// <code>
/// admin.json        endpoint and key of the first admin, mode 0600
/// lock              held while a process runs
/// keys/             keys that seal secrets in the databases, beside them and never inside
/// control/          the management server's database
/// images/           templates' images: as they came and as disks
/// node/             everything of the storage node
/// plugins/          a folder for each plug-in (another with --plugins)
/// plugins-loaded/   the copies of them that are in memory; thrown away at every start
/// </code>
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held) => (Root, _lock) = (path, held);

    public string Root { get; }

    public string AdminFile => Path.Combine(Root, "admin.json");

    public string Keys => Path.Combine(Root, "keys");

    public string ControlDatabase => DatabaseIn(Root);

    public string SampleMark => Path.Combine(Root, "control", "sample-made");

    public string Plugins => Path.Combine(Root, "plugins");

    public string PluginCopies => Path.Combine(Root, "plugins-loaded");

    public string Images => Path.Combine(Root, "images");

    public string Node => Path.Combine(Root, "node");

    /// <summary>The SQLite database of the data folder at <paramref name="path"/>, whoever holds that.</summary>
    public static string DatabaseIn(string path) => Path.Combine(path, "control", "headgate.db");

    /// <summary>Makes the folder when it is not there and takes it for this process.</summary>
    /// <exception cref="StartupException"><c>data-folder-in-use</c>, <c>data-folder-unusable</c>.</exception>
    public static DataFolder Take(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            foreach (var part in new[] { "keys", "control", "node", "plugins" }) Directory.CreateDirectory(Path.Combine(path, part), OwnerOnly);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new StartupException("data-folder-unusable", $"The data folder {path} cannot be made or written: {unusable.Message} Give another with --data DIR.");
        }
        try
        {
            return new DataFolder(path, new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException unusable)
        {
            throw new StartupException("data-folder-unusable", $"The data folder {path} cannot be written: {unusable.Message} Give another with --data DIR.");
        }
        catch (IOException)
        {
            throw new StartupException("data-folder-in-use", $"Another headgate works in {path}. Stop it, or give another folder with --data DIR.");
        }
    }

    /// <summary>The server's name among those that may share a database: made at random once, the same over restarts.</summary>
    public string ServerName()
    {
        var path = Path.Combine(Root, "control", "server-name");
        if (!File.Exists(path)) File.WriteAllText(path, $"server-{Guid.NewGuid():N}");
        return File.ReadAllText(path).Trim();
    }

    public void Dispose() => _lock.Dispose();
}
