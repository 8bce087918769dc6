"""Cells of the literature, typed as one types them from their papers."""

from __future__ import annotations

CELLS = {
    # Bradbury, Merity, Xiong and Socher (2017): a filter of two inputs and fo-pooling.
    "QRNN": """
        z_t = tanh(W_z1 x_{t-1} + W_z2 x_t)
        f_t = σ(W_f1 x_{t-1} + W_f2 x_t)
        o_t = σ(W_o1 x_{t-1} + W_o2 x_t)
        c_t = f_t ⊙ c_{t-1} + (1 - f_t) ⊙ z_t
        h_t = o_t ⊙ c_t
    """,
    # Mikolov, Joulin, Chopra, Mathieu and Ranzato (2015).
    "SCRN": """
        s_t = (1 - α) B x_t + α s_{t-1}
        h_t = σ(P s_t + A x_t + R h_{t-1})
        y_t = softmax(U h_t + V s_t)
    """,
    # Li, Li, Cook, Zhu and Gao (2018).
    "IndRNN": "h_t = relu(W x_t + u ⊙ h_{t-1} + b)\nwhere relu: relu(at_kink=0)",
    # Collins, Sohl-Dickstein and Sussillo (2017).
    "UGRNN": """
        c_t = tanh(W_ch h_{t-1} + W_cx x_t + b_c)
        g_t = σ(W_gh h_{t-1} + W_gx x_t + b_g)
        h_t = g_t ⊙ h_{t-1} + (1 - g_t) ⊙ c_t
    """,
    # Lee, Levy and Zettlemoyer (2017).
    "RAN": """
        c̃_t = W_cx x_t
        i_t = σ(W_ih h_{t-1} + W_ix x_t + b_i)
        f_t = σ(W_fh h_{t-1} + W_fx x_t + b_f)
        c_t = i_t ∘ c̃_t + f_t ∘ c_{t-1}
        h_t = tanh(c_t)
    """,
    # Lei, Zhang, Wang, Dai and Artzi (2018).
    "SRU": """
        f_t = σ(W_f x_t + v_f ⊙ c_{t-1} + b_f)
        c_t = f_t ⊙ c_{t-1} + (1 - f_t) ⊙ (W x_t)
        r_t = σ(W_r x_t + v_r ⊙ c_{t-1} + b_r)
        h_t = r_t ⊙ c_t + (1 - r_t) ⊙ x_t
    """,
    # Jozefowicz, Zaremba and Sutskever (2015), for inputs as wide as the state; their h_{t+1} is h_t here.
    "MUT1": """
        z_t = sigm(W_xz x_t + b_z)
        r_t = sigm(W_xr x_t + W_hr h_{t-1} + b_r)
        h_t = tanh(W_hh (r_t ⊙ h_{t-1}) + tanh(x_t) + b_h) ⊙ z_t + h_{t-1} ⊙ (1 - z_t)
    """,
    # Kusupati, Singh, Bhatia, Kumar, Jain and Varma (2018); ζ and ν are trained.
    "FastGRNN": """
        z_t = σ(W x_t + U h_{t-1} + b_z)
        h̃_t = tanh(W x_t + U h_{t-1} + b_h)
        h_t = (ζ (1 - z_t) + ν) ⊙ h̃_t + z_t ⊙ h_{t-1}
        where ζ, ν: 1
    """,
    # Chen (2017), MinimalRNN, section 2.
    "MinimalRNN": """
        z_t = tanh(W_z x_t + b_z)
        u_t = σ(U_h h_{t-1} + U_z z_t + b_u)
        h_t = u_t ⊙ h_{t-1} + (1 - u_t) ⊙ z_t
    """,
    # Rusch and Mishra (2021), coRNN, with τ for the step in time.
    "coRNN": """
        z_t = z_{t-1} + τ σ(W y_{t-1} + Q z_{t-1} + V u_t + b) - τ γ y_{t-1} - τ ε z_{t-1}
        y_t = y_{t-1} + τ z_t
    """,
    # Rusch, Mishra, Erichson and Mahoney (2022), LEM, with τ for their Δt.
    "LEM": """
        s_t = τ σ(W_1 y_{t-1} + V_1 u_t + b_1)
        r_t = τ σ(W_2 y_{t-1} + V_2 u_t + b_2)
        z_t = (1 - s_t) ⊙ z_{t-1} + s_t ⊙ tanh(W_z y_{t-1} + V_z u_t + b_z)
        y_t = (1 - r_t) ⊙ y_{t-1} + r_t ⊙ tanh(W_y z_t + V_y u_t + b_y)
    """,
    # Laurent and von Brecht (2017), the chaos-free network.
    "CFN": """
        h_t = θ_t ⊙ tanh(h_{t-1}) + η_t ⊙ tanh(W x_t)
        θ_t = σ(U_θ h_{t-1} + V_θ x_t + b_θ)
        η_t = σ(U_η h_{t-1} + V_η x_t + b_η)
    """,
    # van der Westhuizen and Lasenby (2018), JANET.
    "JANET": """
        s_t = U_f h_{t-1} + W_f x_t + b_f
        c̃_t = tanh(U_c h_{t-1} + W_c x_t + b_c)
        c_t = σ(s_t) ⊙ c_{t-1} + (1 - σ(s_t - β)) ⊙ c̃_t
        h_t = c_t
        where β: number
    """,
    # Zhang, Xiong, Su, Lin and Zhang (2018), ATR.
    "ATR": """
        p_t = W x_t
        q_t = U h_{t-1}
        i_t = σ(p_t + q_t)
        f_t = σ(p_t - q_t)
        h_t = i_t ⊙ p_t + f_t ⊙ h_{t-1}
    """,
    # Ravanelli, Brakel, Omologo and Bengio (2018), Li-GRU, without batch normalisation.
    "LiGRU": """
        z_t = σ(W_z x_t + U_z h_{t-1} + b_z)
        h̃_t = ReLU(W_h x_t + U_h h_{t-1} + b_h)
        h_t = z_t ⊙ h_{t-1} + (1 - z_t) ⊙ h̃_t
        where ReLU: relu(at_kink=0)
    """,
}
