using Microsoft.AspNetCore.Components;

namespace Usher.Dashboard.Live;

/// <summary>A part of a page that is drawn anew after each look at the road.</summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    /// <summary>Who looks.</summary>
    [Inject]
    protected RoadWatch Watch { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnInitialized() => Watch.Looked += Redraw;

    /// <summary>What is done after a look, before it is drawn; nothing unless overridden.</summary>
    protected virtual void Look()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Looks no more.</summary>
    protected virtual void Dispose(bool disposing) => Watch.Looked -= Redraw;

    private void Redraw() => _ = InvokeAsync(() =>
    {
        Look();
        StateHasChanged();
    });
}
