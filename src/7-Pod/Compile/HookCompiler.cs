using k8s.Models;

namespace Usher.Pod;

/// <summary>A container's lifecycle handlers (Container Lifecycle Hooks) and its signal to stop.</summary>
internal static class HookCompiler
{
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
            if (sleep.Seconds < 0) scene.Error($"{field}.sleep.seconds", $"Invalid value: {sleep.Seconds}: must be greater than or equal to 0");
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
