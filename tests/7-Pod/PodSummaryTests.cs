using Usher.Model.Contracts;

namespace Usher.Pod.Tests;

/// <summary>A pod's status from its containers', as a table.</summary>
public sealed class PodSummaryTests
{
    // Containers as name=state: '-' waits for its turn, 'r' runs, 'R' is ready, '0' and '3' ended for good with that exit code, 'b' backs off, 'B' backs off
    // after having been restarted twice, 'e' can't be created. i: init, s: sidecar, others: containers proper.
    [Theory]
    [InlineData("Always", "a=-", "Pending", false, "ContainerCreating", "0/1", 0)]
    [InlineData("Always", "a=r", "Running", false, "Running", "0/1", 0)]
    [InlineData("Always", "a=R", "Running", true, "Running", "1/1", 0)]
    [InlineData("Always", "a=R b=r", "Running", false, "Running", "1/2", 0)]
    [InlineData("Always", "a=R b=B", "Running", false, "CrashLoopBackOff", "1/2", 2)]
    [InlineData("Always", "a=e", "Pending", false, "CreateContainerError", "0/1", 0)]
    [InlineData("Never", "a=0 b=R", "Running", false, "NotReady", "1/2", 0)]
    [InlineData("Never", "a=0 b=0", "Succeeded", false, "Completed", "0/2", 0)]
    [InlineData("Never", "a=0 b=3", "Failed", false, "Completed", "0/2", 0)]
    [InlineData("Never", "a=3", "Failed", false, "Error", "0/1", 0)]
    [InlineData("Always", "i1=r i2=- a=-", "Pending", false, "Init:0/2", "0/1", 0)]
    [InlineData("Always", "i1=0 i2=r a=-", "Pending", false, "Init:1/2", "0/1", 0)]
    [InlineData("Always", "i1=B i2=- a=-", "Pending", false, "Init:CrashLoopBackOff", "0/1", 2)]
    [InlineData("Never", "i1=3 a=-", "Failed", false, "Init:Error", "0/1", 0)]
    [InlineData("Always", "i1=0 a=R", "Running", true, "Running", "1/1", 0)]
    [InlineData("Always", "s=r a=-", "Pending", false, "Init:0/1", "0/2", 0)]
    [InlineData("Always", "s=S a=r", "Running", false, "Running", "0/2", 0)]
    [InlineData("Always", "s=R a=R", "Running", true, "Running", "2/2", 0)]
    [InlineData("Always", "s=B a=B", "Running", false, "CrashLoopBackOff", "0/2", 4)]
    [InlineData("Always", "s=B a=R", "Running", false, "Init:CrashLoopBackOff", "1/2", 2)]
    public void Table(string policy, string containers, string phase, bool ready, string reason, string count, int restarts)
    {
        var (plan, states) = Parse(policy, containers);
        var status = PodSummary.Of(plan, states, terminating: false, NoConditions);
        Assert.Equal((phase, ready, reason, count, restarts), (status.Phase, status.Ready, status.Reason, $"{status.ReadyContainers}/{status.Containers}", status.Restarts));
        Assert.Equal(phase is "Succeeded" or "Failed" ? reason : "Terminating", PodSummary.Of(plan, states, terminating: true, NoConditions).Reason);
    }

    [Fact]
    public void The_message_names_the_container_when_there_are_more()
    {
        var (plan, states) = Parse("Always", "a=R b=B");
        Assert.Equal("container b: it backs off", PodSummary.Of(plan, states, terminating: false, NoConditions).Message);
        (plan, states) = Parse("Always", "a=B");
        Assert.Equal("it backs off", PodSummary.Of(plan, states, terminating: false, NoConditions).Message);
        (plan, states) = Parse("Always", "i1=B a=-");
        Assert.Equal("init container i1: it backs off", PodSummary.Of(plan, states, terminating: false, NoConditions).Message);
    }

    private static PodConditionStatus? NoConditions(string type) => null;

    private static (PodPlan Plan, List<ContainerState> States) Parse(string policy, string containers)
    {
        var parsed = containers.Split(' ').Select(c => c.Split('=')).Select(c => (Name: c[0], State: c[1][0])).ToList();
        var road = new TestRoad();
        road.Publish(TestRoad.OnePod("ports: []"));
        var restart = Enum.Parse<RestartPolicy>(policy);
        var states = parsed.Select(c => State(c.State, new ContainerPlan
        {
            Name = c.Name, Image = "x", Runtime = PodRuntime.Process, RestartPolicy = restart,
            Role = c.Name[0] switch { 'i' => ContainerRole.Init, 's' => ContainerRole.Sidecar, _ => ContainerRole.App },
        })).ToList();
        var plans = states.Select(s => s.Plan).ToLookup(p => p.Role == ContainerRole.App);
        return (road.Pod("a") with { Container = "a", RestartPolicy = restart, InitContainers = [.. plans[false]], Containers = [.. plans[true]] }, states);
    }

    private static ContainerState State(char letter, ContainerPlan plan) => new ContainerState { Plan = plan } is var state ? letter switch
    {
        '-' => state with { Reason = plan.Role == ContainerRole.App ? "ContainerCreating" : "PodInitializing" },
        'r' => state with { Stage = ContainerStage.Running, HasRun = true },
        'S' => state with { Stage = ContainerStage.Running, HasRun = true, Started = true },
        'R' => state with { Stage = ContainerStage.Running, HasRun = true, Started = true, Ready = true },
        '0' => state with { Stage = ContainerStage.Terminated, HasRun = true, Succeeded = true, Reason = "Completed" },
        '3' => state with { Stage = ContainerStage.Terminated, HasRun = true, Reason = "Error" },
        'B' => state with { Reason = "CrashLoopBackOff", Message = "it backs off", HasRun = true, Restarts = 2 },
        'e' => state with { Reason = "CreateContainerError" },
        _ => throw new ArgumentOutOfRangeException(nameof(letter)),
    } : null!;
}
