using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Headgate.Primitives;

namespace Headgate.Hosts;

/// <summary>
/// An agent over HTTP. Whatever the wire does is an outcome: refused when the request cannot have been carried out (no connection, or it only
/// asked), unknown when it may have been. Owns <paramref name="http"/>, whose base address is the agent's.
/// </summary>
public sealed class HostAgentClient(HttpClient http) : IHostAgent, IDisposable
{
    /// <summary>The code of an agent that does not answer, cannot be connected to, or broke off.</summary>
    public const string UnreachableCode = "agent-unreachable";

    /// <summary>The code of another than the host that was asked for, or of one that does not trust the server.</summary>
    public const string NotTrustedCode = "agent-not-trusted";

    /// <summary>The code of an answer that is not the contract's.</summary>
    public const string UnexpectedCode = "agent-unexpected-answer";

    /// <summary>Questions are answered out of memory and libvirt's.</summary>
    public static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Longest of a change but the two below: a start with 16 logins to a slow array.</summary>
    public static readonly TimeSpan ChangeTimeout = TimeSpan.FromSeconds(60);

    /// <summary>The guest has the agent's bound (30 s) to let go, and the session to be closed then.</summary>
    public static readonly TimeSpan DetachTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Memory over the network: 64 GiB at 1 Gbit/s.</summary>
    public static readonly TimeSpan MigrateTimeout = TimeSpan.FromMinutes(10);

    /// <summary>An answer is facts of at most some hundred VMs.</summary>
    private const long MostAnswerBytes = 16 << 20;

    /// <inheritdoc/>
    public Task<Outcome<HostFacts>> GetHostAsync(CancellationToken cancelled) =>
        AskAsync(HttpMethod.Get, HostRoutes.Host, null, HostsJson.Default.HostFacts, ReadTimeout, cancelled);

    /// <inheritdoc/>
    public Task<Outcome<IReadOnlyList<VmObservation>>> ListVmsAsync(CancellationToken cancelled) =>
        AskAsync(HttpMethod.Get, HostRoutes.Vms, null, HostsJson.Default.IReadOnlyListVmObservation, ReadTimeout, cancelled);

    /// <inheritdoc/>
    public Task<Outcome<VmObservation>> GetVmAsync(Guid id, CancellationToken cancelled) =>
        AskAsync(HttpMethod.Get, HostRoutes.Vm(id), null, HostsJson.Default.VmObservation, ReadTimeout, cancelled);

    /// <inheritdoc/>
    public Task<Outcome<VmObservation>> DefineVmAsync(VmDefinition definition, CancellationToken cancelled)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return AskAsync(HttpMethod.Put, HostRoutes.Vm(definition.Id), Json(definition, HostsJson.Default.VmDefinition), HostsJson.Default.VmObservation, ChangeTimeout, cancelled);
    }

    /// <inheritdoc/>
    public Task<Outcome<VmObservation>> StartVmAsync(Guid id, CancellationToken cancelled) => ActAsync(id, "start", cancelled);

    /// <inheritdoc/>
    public Task<Outcome<VmObservation>> ShutDownVmAsync(Guid id, CancellationToken cancelled) => ActAsync(id, "shutdown", cancelled);

    /// <inheritdoc/>
    public Task<Outcome<VmObservation>> PowerOffVmAsync(Guid id, CancellationToken cancelled) => ActAsync(id, "power-off", cancelled);

    /// <inheritdoc/>
    public Task<Outcome<VmObservation>> RebootVmAsync(Guid id, CancellationToken cancelled) => ActAsync(id, "reboot", cancelled);

    /// <inheritdoc/>
    public Task<Outcome<VmObservation>> ResetVmAsync(Guid id, CancellationToken cancelled) => ActAsync(id, "reset", cancelled);

    /// <inheritdoc/>
    public Task<Outcome<VmObservation>> UndefineVmAsync(Guid id, CancellationToken cancelled) =>
        AskAsync(HttpMethod.Delete, HostRoutes.Vm(id), null, HostsJson.Default.VmObservation, ChangeTimeout, cancelled);

    /// <inheritdoc/>
    public Task<Outcome<DiskObservation>> AttachDiskAsync(Guid id, VmDisk disk, CancellationToken cancelled)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return AskAsync(HttpMethod.Put, HostRoutes.Disk(id, disk.VolumeId), Json(disk, HostsJson.Default.VmDisk), HostsJson.Default.DiskObservation, ChangeTimeout, cancelled);
    }

    /// <inheritdoc/>
    public Task<Outcome<Nothing>> DetachDiskAsync(Guid id, Guid volumeId, CancellationToken cancelled) =>
        DoAsync(HttpMethod.Delete, HostRoutes.Disk(id, volumeId), null, DetachTimeout, cancelled);

    /// <inheritdoc/>
    public Task<Outcome<DiskObservation>> SetDiskLimitsAsync(Guid id, Guid volumeId, DiskLimits limits, CancellationToken cancelled) =>
        AskAsync(HttpMethod.Put, HostRoutes.Limits(id, volumeId), Json(limits, HostsJson.Default.DiskLimits), HostsJson.Default.DiskObservation, ChangeTimeout, cancelled);

    /// <inheritdoc/>
    public Task<Outcome<DiskObservation>> ResizeDiskAsync(Guid id, Guid volumeId, long sizeBytes, CancellationToken cancelled) =>
        AskAsync(HttpMethod.Post, HostRoutes.Resize(id, volumeId), Json(new DiskResize(sizeBytes), HostsJson.Default.DiskResize), HostsJson.Default.DiskObservation, ChangeTimeout, cancelled);

    /// <inheritdoc/>
    public Task<Outcome<Nothing>> MigrateVmAsync(Guid id, VmMigration migration, CancellationToken cancelled) =>
        DoAsync(HttpMethod.Post, HostRoutes.Action(id, "migrate"), Json(migration, HostsJson.Default.VmMigration), MigrateTimeout, cancelled);

    /// <inheritdoc/>
    public async Task<Outcome<Stream>> OpenConsoleAsync(Guid id, CancellationToken cancelled)
    {
        HttpResponseMessage? response = null;
        try
        {
            // Only the beginning has a bound in time: the stream goes on for as long as the guest does.
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
            bound.CancelAfter(ReadTimeout);
            using var request = new HttpRequestMessage(HttpMethod.Get, HostRoutes.Console(id));
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bound.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                using (response) return (await RefusalAsync<Stream>(response, mayChange: false, bound.Token).ConfigureAwait(false))!;
            }
            return new Outcome<Stream>.Done(await response.Content.ReadAsStreamAsync(bound.Token).ConfigureAwait(false));
        }
        catch (Exception broken) when (IsOfTheWire(broken, cancelled))
        {
            response?.Dispose();
            return WireFault(broken, ReadTimeout);
        }
    }

    /// <inheritdoc/>
    public Task<Outcome<CertificateSigning>> RequestCertificateAsync(CancellationToken cancelled) =>
        AskAsync(HttpMethod.Post, HostRoutes.Certificate, null, HostsJson.Default.CertificateSigning, ChangeTimeout, cancelled);

    /// <inheritdoc/>
    public Task<Outcome<Nothing>> InstallCertificateAsync(HostCertificate certificate, CancellationToken cancelled) =>
        DoAsync(HttpMethod.Put, HostRoutes.Certificate, Json(certificate, HostsJson.Default.HostCertificate), ChangeTimeout, cancelled);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private Task<Outcome<VmObservation>> ActAsync(Guid id, string action, CancellationToken cancelled) =>
        AskAsync(HttpMethod.Post, HostRoutes.Action(id, action), null, HostsJson.Default.VmObservation, ChangeTimeout, cancelled);

    private static ByteArrayContent Json<T>(T body, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(body, type))
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
    };

    private Task<Outcome<Nothing>> DoAsync(HttpMethod method, string route, HttpContent? body, TimeSpan timeout, CancellationToken cancelled) =>
        SendAsync<Nothing>(method, route, body, _ => default(Nothing), timeout, cancelled);

    private Task<Outcome<T>> AskAsync<T>(HttpMethod method, string route, HttpContent? body, JsonTypeInfo<T> answer, TimeSpan timeout, CancellationToken cancelled) =>
        SendAsync<T>(method, route, body, bytes => JsonSerializer.Deserialize(bytes, answer) ?? throw new JsonException("null"), timeout, cancelled);

    private async Task<Outcome<T>> SendAsync<T>(HttpMethod method, string route, HttpContent? body, Func<byte[], T> read, TimeSpan timeout, CancellationToken cancelled)
    {
        var mayChange = method != HttpMethod.Get;
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        bound.CancelAfter(timeout);
        try
        {
            using var request = new HttpRequestMessage(method, route) { Content = body };
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bound.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) return await RefusalAsync<T>(response, mayChange, bound.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(MostAnswerBytes, bound.Token).ConfigureAwait(false);
            return new Outcome<T>.Done(read(await response.Content.ReadAsByteArrayAsync(bound.Token).ConfigureAwait(false)));
        }
        catch (JsonException unexpected)
        {
            return Failed<T>(Unexpected($"answered {method} {route} with something else than the contract has: {unexpected.Message}"), mayChange);
        }
        catch (Exception broken) when (IsOfTheWire(broken, cancelled))
        {
            return Failed<T>(WireFault(broken, timeout), mayChange && !IsBeforeSending(broken));
        }
    }

    private async Task<Outcome<T>> RefusalAsync<T>(HttpResponseMessage response, bool mayChange, CancellationToken cancelled)
    {
        await response.Content.LoadIntoBufferAsync(MostAnswerBytes, cancelled).ConfigureAwait(false);
        if (response.Content.Headers.ContentType?.MediaType == HostProblem.MediaType)
        {
            var bytes = await response.Content.ReadAsByteArrayAsync(cancelled).ConfigureAwait(false);
            if (JsonSerializer.Deserialize(bytes, HostsJson.Default.HostProblem) is { } problem) return Failed<T>(problem.ToFault(), mayChange && problem.MayHaveHappened);
        }
        var fault = Unexpected($"answered with {(int)response.StatusCode} and no reason");
        return Failed<T>(fault, mayChange && (int)response.StatusCode >= 500); // 4xx: the request was not taken
    }

    private static Outcome<T> Failed<T>(Fault fault, bool mayHaveHappened) =>
        mayHaveHappened ? new Outcome<T>.Unknown(fault) : new Outcome<T>.Refused(fault);

    private static bool IsOfTheWire(Exception broken, CancellationToken cancelled) =>
        broken is HttpRequestException or IOException or JsonException || (broken is OperationCanceledException && !cancelled.IsCancellationRequested);

    /// <summary>The handler's own time-out is the one for connecting, and tells itself apart by what is inside the cancellation.</summary>
    private static bool IsBeforeSending(Exception broken) => broken is OperationCanceledException { InnerException: TimeoutException } or HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    };

    private Fault WireFault(Exception broken, TimeSpan timeout) => broken switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new Fault(
            NotTrustedCode,
            $"At {http.BaseAddress} is another than the host that was asked for, or one that does not trust this server: {broken.InnerException?.Message ?? broken.Message} Has its address changed, or its certificate run out? Join it again.",
            Recovery.AskOperator),
        OperationCanceledException { InnerException: TimeoutException } => Unreachable("no connection in time"),
        OperationCanceledException => Unreachable($"no answer within {timeout.TotalSeconds:0} s"),
        JsonException => Unexpected($"refused with something else than the contract has: {broken.Message}"),
        _ => Unreachable(broken.InnerException?.Message ?? broken.Message),
    };

    private Fault Unreachable(string why) =>
        new(UnreachableCode, $"The agent at {http.BaseAddress} cannot be reached: {why}. Its VMs may run on. Is 'headgate agent' running there?", Recovery.RetryWithBackoff);

    private Fault Unexpected(string what) => new(UnexpectedCode, $"The agent at {http.BaseAddress} {what}. Compare the versions of server and agent.", Recovery.AskOperator);
}
