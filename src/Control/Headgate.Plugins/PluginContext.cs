using System.Reflection;
using System.Runtime.Loader;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins;

/// <summary>
/// A plug-in's own world: the contract (SDK and Primitives) is the server's, so that both sides mean the same types; the framework
/// is the process's; everything else comes from the plug-in's folder, in the version that it brought, whatever the server uses.
/// </summary>
internal sealed class PluginContext(string folder, string assembly) : AssemblyLoadContext($"plugin {folder}", isCollectible: true)
{
    private static readonly HashSet<string> Shared = new(StringComparer.OrdinalIgnoreCase)
    {
        typeof(IPrimaryDataStoreProvider).Assembly.GetName().Name!,
        typeof(Fault).Assembly.GetName().Name!,
    };

    private readonly AssemblyDependencyResolver _resolver = new(assembly);
    private readonly string _own = Path.GetDirectoryName(assembly)!;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name is not { } name || Shared.Contains(name)) return null; // the default context's
        if (_resolver.ResolveAssemblyToPath(assemblyName) is { } resolved) return LoadFromAssemblyPath(resolved);
        var beside = Path.Combine(_own, name + ".dll");
        if (File.Exists(beside)) return LoadFromAssemblyPath(beside); // its .deps.json may be missing or older than the folder
        // The server's own libraries are not for plug-ins: one that leans on them breaks with the server's next update.
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, name + ".dll")))
            throw new FileNotFoundException($"Assembly {name} is not in the plug-in's folder, and the server's own is not for plug-ins. Publish the plug-in with its dependencies.");
        return null; // the framework's
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : nint.Zero;
}
