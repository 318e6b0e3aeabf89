using System.Text.Json;
using Headgate.Api.Json;
using Headgate.Api.Problems;
using Headgate.Api.Routes;
using Headgate.Operations;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Headgate.Api.Streams;

/// <summary>
/// Sends an operation's states as server-sent events (WHATWG HTML section 9.2): one event <c>operation</c> per change,
/// whose data is the operation; the stream ends after the state in which it has ended.
/// </summary>
internal sealed class OperationStream(IHostApplicationLifetime lifetime, TimeProvider clock)
{
    public const string MediaType = "text/event-stream";

    private int _open;

    /// <summary>The stream, or 503 when <see cref="ApiLimits.EventStreams"/> are open.</summary>
    public IResult Answer(IAsyncEnumerable<OperationDetails> states) => new Stream(this, states);

    private sealed class Stream(OperationStream owner, IAsyncEnumerable<OperationDetails> states) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            if (Interlocked.Increment(ref owner._open) > ApiLimits.EventStreams)
            {
                Interlocked.Decrement(ref owner._open);
                httpContext.Response.Headers.RetryAfter = "5";
                await ProblemResult.Of(
                    ProblemCodes.TooManyStreams,
                    $"There are {ApiLimits.EventStreams} event streams open, which is the most; poll the operation instead.")
                    .ExecuteAsync(httpContext);
                return;
            }
            try
            {
                await owner.SendAsync(httpContext, states);
            }
            finally
            {
                Interlocked.Decrement(ref owner._open);
            }
        }
    }

    private async Task SendAsync(HttpContext context, IAsyncEnumerable<OperationDetails> states)
    {
        context.Response.ContentType = MediaType;
        context.Response.Headers.CacheControl = "no-store";
        // A server that stops does not wait for the operations that its clients follow.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var state = states.GetAsyncEnumerator(end.Token);
        var next = state.MoveNextAsync().AsTask();
        try
        {
            while (await OneOrHeartbeatAsync(context.Response, next, end.Token))
            {
                if (!next.IsCompleted) continue;
                var current = state.Current;
                var data = JsonSerializer.Serialize(OperationViews.Show(current), ApiJson.Options);
                await WriteAsync(context.Response, $"event: operation\nid: {current.Operation.Version}\ndata: {data}\n\n", end.Token);
                next = state.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client left or the server stops: the end of the stream says so.
        }
        finally
        {
            await end.CancelAsync();
            await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await state.DisposeAsync();
        }
    }

    /// <summary>False at the end of the states. True with <paramref name="next"/> completed, or after a heartbeat.</summary>
    private async Task<bool> OneOrHeartbeatAsync(HttpResponse response, Task<bool> next, CancellationToken stop)
    {
        try
        {
            return await next.WaitAsync(ApiLimits.EventStreamHeartbeat, clock, stop);
        }
        catch (TimeoutException)
        {
            await WriteAsync(response, ": nothing new\n\n", stop);
            return true;
        }
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken stop)
    {
        await response.WriteAsync(text, stop);
        await response.Body.FlushAsync(stop);
    }
}
