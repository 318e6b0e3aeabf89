using Headgate.Secrets;

namespace Headgate.Node.Catalog;

/// <summary>
/// The catalog: one immutable state that readers take without a lock, and one writer at a time that makes the next one.
/// </summary>
internal sealed class NodeCatalog : IDisposable
{
    private readonly Lock _writer = new();
    private readonly CatalogStore _store;
    private readonly CatalogSeals _seals;
    private readonly CatalogIds _ids;
    private readonly TimeProvider _time;
    private volatile CatalogState _state;

    private NodeCatalog(CatalogStore store, CatalogSeals seals, CatalogIds ids, CatalogState state, TimeProvider time) =>
        (_store, _seals, _ids, _state, _time) = (store, seals, ids, state, time);

    /// <summary>What the cluster knows now.</summary>
    public CatalogState Current => _state;

    /// <summary>Opens the database at <paramref name="path"/>; a new one gets the identity that <paramref name="found"/> makes.</summary>
    public static NodeCatalog Open(string path, SecretBox box, TimeProvider time, Func<ClusterIdentity> found)
    {
        var seals = new CatalogSeals(box);
        var ids = new CatalogIds();
        var store = CatalogStore.Open(path);
        try
        {
            var state = store.Load(seals, ids) ?? Create(store, seals, ids, found());
            return new NodeCatalog(store, seals, ids, state, time);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>A new id, for an object whose file is made before its row.</summary>
    public long NextId(CatalogTable table) => _ids.Next(table);

    /// <summary>
    /// Makes one change: <paramref name="change"/> checks and edits under the writer's lock; when it returns, the rows are
    /// committed to disk, then the new state is what readers see. When it throws, nothing has changed.
    /// </summary>
    public TResult Change<TResult>(Func<CatalogEdit, TResult> change)
    {
        lock (_writer)
        {
            var edit = new CatalogEdit(_state, _seals, _ids, _time.GetUtcNow());
            var result = change(edit);
            if (!ReferenceEquals(edit.State, _state))
            {
                _store.Commit(edit, _ids);
                _state = edit.State;
            }
            return result;
        }
    }

    /// <inheritdoc cref="Change{TResult}"/>
    public void Change(Action<CatalogEdit> change) => Change(edit =>
    {
        change(edit);
        return true;
    });

    public void Dispose() => _store.Dispose();

    private static CatalogState Create(CatalogStore store, CatalogSeals seals, CatalogIds ids, ClusterIdentity identity)
    {
        var edit = new CatalogEdit(new CatalogState { Identity = identity }, seals, ids, identity.CreateTime);
        edit.SetIdentity(identity);
        store.Commit(edit, ids);
        return edit.State;
    }
}
