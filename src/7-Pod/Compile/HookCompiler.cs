using k8s.Models;

namespace Usher.Pod;

/// <summary>A container's lifecycle handlers (Container Lifecycle Hooks) and its signal to stop.</summary>
internal static class HookCompiler
{
    /// <summary>Compiles a handler; one that sleeps does so within the pod's grace period, before its end and after its start alike (validateSleepAction of Kubernetes' validation.go).</summary>
    public static ProbeAction? Compile(V1LifecycleHandler? handler, V1Container container, string field, PodScene scene, bool runsProgram)
    {
        if (handler is null) return null;
        var count = new object?[] { handler.Exec, handler.HttpGet, handler.TcpSocket, handler.Sleep }.Count(h => h is not null);
        if (count != 1)
        {
            scene.Error(field, count == 0 ? "Required value: must specify a handler type" : "Forbidden: may not specify more than 1 handler type");
            return null;
        }

        if (handler.Sleep is { } sleep)
        {
            var grace = scene.Pod.Value.Spec.TerminationGracePeriodSeconds ?? 30;
            if (grace >= 0 && (sleep.Seconds < 0 || sleep.Seconds > grace)) scene.Error($"{field}.sleep", $"Invalid value: {sleep.Seconds}: must be non-negative and less than terminationGracePeriodSeconds ({grace})");
            return new SleepAction(Spans.Seconds(sleep.Seconds));
        }

        // Deprecated and never carried out: the kubelet fails such a hook at once.
        if (handler.TcpSocket is not null)
        {
            scene.NotApply($"{field}.tcpSocket");
            return null;
        }

        if (handler.HttpGet is { } http) return ProbeCompiler.Http(http, container, $"{field}.httpGet", scene);
        return ProbeCompiler.Exec(handler.Exec, $"{field}.exec", scene, runsProgram);
    }

    public static int StopSignal(V1Lifecycle? lifecycle, string field, PodScene scene, bool runsProgram)
    {
        if (string.IsNullOrEmpty(lifecycle?.StopSignal)) return Signals.Terminate;
        if (!runsProgram) scene.NotApply(field);
        if (Signals.Numbers.TryGetValue(lifecycle.StopSignal, out var number)) return number;
        scene.Error(field, $"Unsupported value: \"{lifecycle.StopSignal}\": supported values: {string.Join(", ", Signals.Numbers.Keys.Order(StringComparer.Ordinal).Select(n => $"\"{n}\""))}");
        return Signals.Terminate;
    }
}
