using Headgate.Drivers.Ceph;
using Headgate.Drivers.Reference;
using Headgate.Drivers.SharedPool;
using Headgate.Drivers.SolidFire;
using Headgate.Drivers.SolidFireShared;
using Headgate.Storage.Sdk;

namespace Headgate.Server;

/// <summary>The drivers that the program brings; all others are plug-ins.</summary>
internal static class BuiltInProviders
{
    public static IReadOnlyList<IPrimaryDataStoreProvider> All() =>
        [new SolidFireProvider(), new SolidFireSharedProvider(), new SharedPoolProvider(), new CephProvider(), new ReferenceProvider()];
}
