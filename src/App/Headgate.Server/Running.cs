using Headgate.Cli;
using Headgate.Node;
using Microsoft.Extensions.Logging;

namespace Headgate.Server;

/// <summary>Starts the parts, says that they are ready, waits for the stop, stops them in the opposite order.</summary>
internal static class Running
{
    public static async Task UpAsync(ServerOptions options, CliConsole console, CancellationToken stop)
    {
        using var data = DataFolder.Take(options.DataFolder);
        using var logs = Logs.ToStandardError();
        var events = new NodeEventBridge(logs.CreateLogger<NodeEventBridge>());
        await using var node = await StartNodeAsync(options, data, events, logs, stop);
        await using var control = await ManagementServer.StartAsync(options, data, new EmbeddedNode(node, events), stop);
        if (options.Sample) await new SampleData(control.Endpoint, control.AdminKey, data).EnsureAsync(node, stop);
        Banner.Write(console.Out, control, data, node.IscsiPortal, node.Credentials.ElementEndpoint, options.Sample);
        await SayReadyAndWaitAsync(console, control.Endpoint.GetLeftPart(UriPartial.Authority), stop);
    }

    public static async Task ServerAsync(ServerOptions options, CliConsole console, CancellationToken stop)
    {
        using var data = DataFolder.Take(options.DataFolder);
        await using var control = await ManagementServer.StartAsync(options, data, embedded: null, stop);
        Banner.Write(console.Out, control, data, portal: null, element: null, sample: false);
        await SayReadyAndWaitAsync(console, control.Endpoint.GetLeftPart(UriPartial.Authority), stop);
    }

    public static async Task NodeAsync(ServerOptions options, CliConsole console, CancellationToken stop)
    {
        using var data = DataFolder.Take(options.DataFolder);
        using var logs = Logs.ToStandardError();
        await using var node = await StartNodeAsync(options, data, events: null, logs, stop);
        console.Out.WriteLine($"iSCSI         {node.IscsiPortal}");
        console.Out.WriteLine($"Element API   {node.Credentials.ElementEndpoint} (certificate SHA-256 {node.Credentials.CertificateSha256})");
        await SayReadyAndWaitAsync(console, node.Credentials.ElementEndpoint, stop);
    }

    private static async Task<StorageNode> StartNodeAsync(
        ServerOptions options, DataFolder data, INodeEvents? events, ILoggerFactory logs, CancellationToken stop)
    {
        try
        {
            return await StorageNode.StartAsync(new StorageNodeOptions
            {
                DataFolder = data.Node,
                IscsiEndpoints = options.Iscsi,
                ElementEndpoint = options.Element,
                Advertised = options.Advertise,
                Redirects = options.Redirect,
                CapacityIops = options.CapacityIops,
                IsQosOn = options.IsQosOn,
                Io = options.Io,
                Events = events,
                Logging = logs,
            }, stop);
        }
        catch (StorageNodeException fault)
        {
            throw new StartupException(fault.Code, fault.Message);
        }
    }

    private static async Task SayReadyAndWaitAsync(CliConsole console, string where, CancellationToken stop)
    {
        await console.Out.WriteLineAsync($"ready: {where}");
        await console.Out.FlushAsync(stop);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(() => stopping.TrySetResult())) await stopping.Task;
        await console.Error.WriteLineAsync("stopping ...");
    }
}
