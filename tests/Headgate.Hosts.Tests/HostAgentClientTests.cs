using System.Net;
using System.Text;
using Headgate.Hosts;
using Headgate.Primitives;

namespace Headgate.Hosts.Tests;

/// <summary>What the client makes of what a wire can do: nothing is thrown, and what may have been done is not called refused.</summary>
public sealed class HostAgentClientTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refusal_has_the_agents_code_and_recovery()
    {
        using var client = Answering(HttpStatusCode.Conflict, HostProblem.MediaType, """{"code":"vm-running","detail":"It runs.","recovery":"retryWithBackoff"}""");

        var refused = Assert.IsType<Outcome<VmObservation>.Refused>(await client.UndefineVmAsync(Guid.NewGuid(), Cancelled));

        Assert.Equal(("vm-running", "It runs.", Recovery.RetryWithBackoff), (refused.Fault.Code, refused.Fault.Message, refused.Fault.Recovery));
    }

    [Fact]
    public async Task A_change_that_may_have_happened_is_unknown()
    {
        using var client = Answering(HttpStatusCode.GatewayTimeout, HostProblem.MediaType, """{"code":"libvirt-lost","detail":"","recovery":"retryWithBackoff","mayHaveHappened":true}""");

        Assert.IsType<Outcome<VmObservation>.Unknown>(await client.StartVmAsync(Guid.NewGuid(), Cancelled));
        Assert.IsType<Outcome<VmObservation>.Refused>(await client.GetVmAsync(Guid.NewGuid(), Cancelled)); // it only asked
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{"id":1}""")]
    public async Task An_answer_that_is_not_the_contracts_is_unknown_after_a_change(string body)
    {
        using var client = Answering(HttpStatusCode.OK, "application/json", body);

        var outcome = Assert.IsType<Outcome<VmObservation>.Unknown>(await client.StartVmAsync(Guid.NewGuid(), Cancelled));

        Assert.Equal(HostAgentClient.UnexpectedCode, outcome.Fault.Code);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, HostAgentClient.UnreachableCode)]
    [InlineData(HttpRequestError.NameResolutionError, HostAgentClient.UnreachableCode)]
    [InlineData(HttpRequestError.SecureConnectionError, HostAgentClient.NotTrustedCode)]
    public async Task What_was_never_sent_is_refused(HttpRequestError error, string code)
    {
        using var client = Throwing(new HttpRequestException(error, "no"));

        Assert.Equal(code, Assert.IsType<Outcome<Nothing>.Refused>(await client.DetachDiskAsync(Guid.NewGuid(), Guid.NewGuid(), Cancelled)).Fault.Code);
    }

    [Fact]
    public async Task A_connection_that_could_not_be_made_in_time_is_refused()
    {
        using var client = Throwing(new TaskCanceledException("connect", new TimeoutException()));

        Assert.IsType<Outcome<VmObservation>.Refused>(await client.StartVmAsync(Guid.NewGuid(), Cancelled));
    }

    [Fact]
    public async Task A_connection_that_broke_before_the_answer_is_unknown()
    {
        using var client = Throwing(new HttpRequestException(HttpRequestError.ResponseEnded, "gone"));

        Assert.Equal(HostAgentClient.UnreachableCode, Assert.IsType<Outcome<VmObservation>.Unknown>(await client.StartVmAsync(Guid.NewGuid(), Cancelled)).Fault.Code);
    }

    [Fact]
    public async Task Whoever_cancels_gets_the_cancellation()
    {
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        using var client = Throwing(new OperationCanceledException(stopped.Token));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetHostAsync(stopped.Token));
    }

    private static HostAgentClient Answering(HttpStatusCode status, string type, string body) =>
        new(new HttpClient(new Wire(() => new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) })) { BaseAddress = new Uri("https://127.0.0.1:1") });

    private static HostAgentClient Throwing(Exception broken) =>
        new(new HttpClient(new Wire(() => throw broken)) { BaseAddress = new Uri("https://127.0.0.1:1") });

    private sealed class Wire(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return Task.FromResult(answer());
            }
            catch (Exception broken)
            {
                return Task.FromException<HttpResponseMessage>(broken);
            }
        }
    }
}
